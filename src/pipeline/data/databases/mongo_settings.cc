#include <array>

#include "pipeline/data/databases/mongo.h"

namespace lectern::pipeline::mongo {
namespace {

using Kind = DataSetting::Kind;

constexpr std::array table = {
    DataSetting{"CONNECTION_URI", "mongodb://localhost:27017/", "mongodb:// or mongodb+srv://",
                Kind::text, true},
    DataSetting{"DEFAULT_DATABASE", "statements", "database"},
    DataSetting{"DEFAULT_COLLECTION", "marsha",
                "collection that is read and written without target"},
    DataSetting{"CLIENT_OPTIONS", "", "of Python's driver", Kind::object, false, false},
    DataSetting{"LOCALE_ENCODING", "utf8", "text is always UTF-8", Kind::text, false, false},
    DataSetting{"READ_CHUNK_SIZE", "500", "documents of one batch", Kind::number},
    DataSetting{"WRITE_CHUNK_SIZE", "500", "documents of one command", Kind::number},
};

}  // namespace

std::span<const DataSetting> settings() { return table; }

}  // namespace lectern::pipeline::mongo
