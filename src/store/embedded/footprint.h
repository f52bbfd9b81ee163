#pragma once

namespace lectern::store::embedded {

/// What a store holds in memory: as a server 96 MiB of blocks that were read and 64 MiB of what is
/// not in files yet; as a command, which is gone soon, 8 and 16.
enum class Footprint { server, command };

/// Sets it for the stores that this process opens from now on; at first it is a server's. Call it
/// before threads open any.
void set_footprint(Footprint footprint);

}  // namespace lectern::store::embedded
