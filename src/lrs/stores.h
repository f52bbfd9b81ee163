#pragma once

#include "store/blob_store.h"
#include "store/document_store.h"
#include "store/statement_store.h"

namespace lectern::lrs {

/// The stores that an LRS works on. They outlive it.
struct StoreRefs {
  store::StatementStore& statements;
  store::DocumentStore& documents;
  store::BlobStore& blobs;
  bool few_document_callers = false;  ///< as store::Stores has it
};

}  // namespace lectern::lrs
