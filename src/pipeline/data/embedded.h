#pragma once

#include <memory>
#include <span>

#include "pipeline/data/backend.h"

/// The embedded store of this user, through the server that has it open, or opened for the time.
/// What it asks OpenContext::ask_store, a JSON text each:
///
///   {"do":"record","target":T,"statements":[...]}
///     -> {"recorded":N,"refused":[{"index":I,"pointer":P,"rule":R,"message":M} ...]}
///   {"do":"list","target":T,"query":"verb=...&limit=500"}     ; the parameters of GET /statements
///     -> {"statements":[...],"next":"..."}                    ; parameters of the next page, or ""
namespace lectern::pipeline::embedded {

/// The backend's settings, and what registry.cc opens it by: reading and writing need the server's
/// socket, or the folder free.
std::span<const DataSetting> settings();
Result<std::unique_ptr<Source>> open_source(const OpenContext& context);
Result<std::unique_ptr<Sink>> open_sink(const OpenContext& context);

}  // namespace lectern::pipeline::embedded
