#pragma once

#include <memory>
#include <span>

#include "base/result.h"
#include "pipeline/data/objects/object_store.h"

/// Objects in containers of OpenStack Swift. A query names an object, a target the
/// container, or, of a write, `container/object` or an object of the default container.
namespace lectern::pipeline::swift {

/// Those of Ralph.
std::span<const DataSetting> settings();

/// The store that the settings name. Errors: invalid for settings that cannot be used.
Result<std::unique_ptr<objects::ObjectStore>> open_store(const OpenContext& context);

}  // namespace lectern::pipeline::swift
