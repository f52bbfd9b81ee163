#include "store/embedded/texts/dictionaries.h"

#include "store/embedded/format/keys.h"

namespace lectern::store::embedded {

DictionaryNumber TextDictionaries::next_number() const {
  const auto* const newest = newest_.load();
  if (newest == nullptr) return 1;
  return newest->number() == dictionaries_max ? no_dictionary
                                              : static_cast<DictionaryNumber>(newest->number() + 1);
}

void TextDictionaries::add(DictionaryNumber number, std::string_view bytes) {
  const MutexLock lock(mutex_);
  if (find(number) != nullptr) return;
  const auto* const added =
      owned_.emplace_back(std::make_unique<const TextDictionary>(number, bytes)).get();
  by_number_[number] = added;
  newest_ = added;
}

std::string dictionary_key(DictionaryNumber number) {
  return blob_key(no_target, "dictionary", number);
}

}  // namespace lectern::store::embedded
