#pragma once

#include <memory>
#include <string>

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

namespace lectern::store::embedded {

/// The files of `base`, but for the owner alone: each one that is made has mode 0600.
std::unique_ptr<rocksdb::Env> private_files(std::shared_ptr<rocksdb::FileSystem> base);

/// Takes the rights of others from the folder (0700) and from the files in it (0600). Returns of
/// how many they were taken; what cannot be changed is passed over.
std::size_t make_private(const std::string& folder);

}  // namespace lectern::store::embedded
