#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "pipeline/data/backend.h"
#include "pipeline/data/objects/fetch.h"

/// Stores of objects in containers, as S3 (buckets) and Swift have them: what they share as
/// backends, over the calls in which they differ.
namespace lectern::pipeline::objects {

/// Where an object lies.
struct ObjectPlace {
  std::string container, name;
};

/// An object of a listing.
struct ObjectEntry {
  std::string name;
  std::string details;  ///< a JSON object
};

/// A page of a listing, in the order of the names.
struct ObjectPage {
  std::vector<ObjectEntry> entries;
  std::string next;  ///< the cursor of the page behind it; "" where there is none
};

/// How a store says things, as Ralph does: patterns of fmt.
struct Words {
  std::string_view backend;        ///< its name
  std::string_view no_container;   ///< why nothing can be asked for without one
  std::string_view no_name;        ///< likewise
  std::string_view list_failed;    ///< of a container, and why
  std::string_view read_failed;    ///< of an object, and why
  std::string_view write_failed;   ///< of an object, and why
  std::string_view container_key;  ///< the setting of the default one
  bool size_is_text = false;       ///< in the history
};

/// The calls. One thread. Errors, whose message says why and nothing else: unavailable for what may
/// pass, which is then called again with the same arguments and must do no harm; invalid else.
class ObjectStore {
 public:
  virtual ~ObjectStore() = default;
  /// How it says things.
  virtual const Words& words() const = 0;

  /// At most 1000 (S3) or 10,000 (Swift) objects whose name begins with `prefix`, behind `cursor`;
  /// `limit` bounds them further, unless it is 0.
  virtual Result<ObjectPage> list(const std::string& container, const std::string& prefix,
                                  const std::string& cursor, std::size_t limit) = 0;
  /// The request for an object, with `headers` besides.
  virtual Result<net::HttpRequest> get(const ObjectPlace& place,
                                       const net::HttpHeaders& headers) = 0;
  /// Whether the request that got this answer, made anew, may succeed: what it says of who asks or
  /// of where to ask is known from now on. Not true twice in a row for the same answer.
  virtual bool may_be_made_anew(const net::HttpResponse& answer) = 0;
  /// Of all requests.
  virtual const net::HttpOptions& options() const = 0;
  /// Why a GET was refused.
  virtual std::string reason(const net::HttpResponse& answer) const = 0;

  /// Writes an object that is small.
  virtual Result<void> put(const ObjectPlace& place, std::string_view bytes) = 0;
  /// Bytes of a part, and of the largest object that is small; `asked` where that is more.
  virtual std::size_t part_bytes(std::size_t asked) const = 0;
  /// Writes a part of a large object; `number` counts from 1. The first call begins the object.
  virtual Result<void> put_part(const ObjectPlace& place, std::size_t number,
                                std::string_view bytes) = 0;
  /// Makes one object of the parts.
  virtual Result<void> join_parts(const ObjectPlace& place) = 0;
  /// Removes the parts: there will be no object.
  virtual Result<void> drop_parts(const ObjectPlace& place) = 0;
};

/// A store as the commands see it; each has it for itself.
std::unique_ptr<Source> source_of(std::unique_ptr<ObjectStore> store, const OpenContext& context);
/// Likewise, to be written to: one object a write.
std::unique_ptr<Sink> sink_of(std::unique_ptr<ObjectStore> store, const OpenContext& context);
/// Likewise, to be listed.
std::unique_ptr<Listing> listing_of(std::unique_ptr<ObjectStore> store, const OpenContext& context);

/// What registry.cc opens a store by, for each of the commands. Errors: those of `open_store`.
using OpenStore = Result<std::unique_ptr<ObjectStore>> (*)(const OpenContext&);
template <OpenStore open_store>
Result<std::unique_ptr<Source>> open_source(const OpenContext& context) {
  TRY(auto store, open_store(context));
  return source_of(std::move(store), context);
}
template <OpenStore open_store>
Result<std::unique_ptr<Sink>> open_sink(const OpenContext& context) {
  TRY(auto store, open_store(context));
  return sink_of(std::move(store), context);
}
template <OpenStore open_store>
Result<std::unique_ptr<Listing>> open_listing(const OpenContext& context) {
  TRY(auto store, open_store(context));
  return listing_of(std::move(store), context);
}

}  // namespace lectern::pipeline::objects
