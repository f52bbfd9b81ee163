#include "http/wire/message.h"

#include <algorithm>

#include "base/text.h"

namespace lectern::http {

std::optional<std::string_view> Headers::find(std::string_view name) const {
  for (const auto& [key, value] : fields_)
    if (equal_without_case(key, name)) return value;
  return std::nullopt;
}

void Headers::add(std::string name, std::string value) {
  fields_.emplace_back(std::move(name), std::move(value));
}

void Headers::set(std::string_view name, std::string value) {
  remove(name);
  fields_.emplace_back(name, std::move(value));
}

void Headers::remove(std::string_view name) {
  std::erase_if(fields_, [&](const auto& field) { return equal_without_case(field.first, name); });
}

Body::Body(std::string bytes, Charge charge) {
  struct Owned {
    std::string bytes;
    Charge charge;
  };
  auto owned = std::make_shared<const Owned>(Owned{std::move(bytes), std::move(charge)});
  view_ = owned->bytes;
  owner_ = std::move(owned);
}

}  // namespace lectern::http
