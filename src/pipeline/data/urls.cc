#include "pipeline/data/urls.h"

#include <algorithm>
namespace lectern::pipeline {
namespace {

/// Where the path begins; the size where there is none.
std::size_t path_begin(std::string_view url) {
  const std::size_t scheme = url.find("://");
  const std::size_t host = scheme == url.npos ? 0 : scheme + 3;
  return std::min(url.find_first_of("/?#", host), url.size());
}

}  // namespace

std::string origin_of(std::string_view url) { return std::string(url.substr(0, path_begin(url))); }

std::string path_of(std::string_view url) {
  if (url.find("://") != url.npos && !url.starts_with("/")) url.remove_prefix(path_begin(url));
  return url.starts_with('/') ? std::string(url) : "/" + std::string(url);
}

}  // namespace lectern::pipeline
