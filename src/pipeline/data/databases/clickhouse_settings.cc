#include <array>

#include "pipeline/data/databases/clickhouse.h"

namespace lectern::pipeline::clickhouse {
namespace {

using Kind = DataSetting::Kind;

constexpr std::array table = {
    DataSetting{"HOST", "localhost", "the server"},
    DataSetting{"PORT", "8123", "of its HTTP interface; 443 and 8443 are spoken to by TLS",
                Kind::number},
    DataSetting{"DATABASE", "xapi", "database"},
    DataSetting{"EVENT_TABLE_NAME", "xapi_events_all",
                "table that is read and written without target"},
    DataSetting{"USERNAME", "", "of the server's user; its default one without it"},
    DataSetting{"PASSWORD", "", "of that user", Kind::text, true},
    DataSetting{"CLIENT_OPTIONS", "date_time_input_format=best_effort",
                "settings of the server that are sent with each query", Kind::object},
    DataSetting{"LOCALE_ENCODING", "utf8", "text is always UTF-8", Kind::text, false, false},
    DataSetting{"READ_CHUNK_SIZE", "500", "rows come as a stream, and are not counted",
                Kind::number, false, false},
    DataSetting{"WRITE_CHUNK_SIZE", "10000", "rows of one insert", Kind::number},
};

}  // namespace

std::span<const DataSetting> settings() { return table; }

}  // namespace lectern::pipeline::clickhouse
