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

class Lrs;

/// The stores of an LRS: for the verbs of this room alone (tools/tidy.py).
const StoreRefs& stores_of(const Lrs& lrs);

}  // namespace lectern::lrs
