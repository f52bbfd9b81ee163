#pragma once

#include <cstddef>
#include <cstdint>

/// Every fixed bound of the program, with its unit. What an operator may change is a setting
/// (cli/settings/settings.h); what is here protects the process itself.
namespace lectern::limits {

/// Levels of nesting in a JSON text; deeper ones are refused with 400.
inline constexpr std::size_t json_depth_max = 128;
/// Bytes of one JSON text: offsets into it are 32 bits wide.
inline constexpr std::size_t json_bytes_max = 0xFFFF'0000;
/// Values in one JSON text that a client sends, unless the operator says otherwise
/// (RUNSERVER_JSON_VALUES_MAX): 10,000 statements of courses hold 600,000.
inline constexpr std::size_t json_values_max = 4'000'000;
/// Of these, how many a text of any size may hold ...
inline constexpr std::size_t json_values_free = 262'144;
/// ... and for each further one so many bytes of text: statements have 20 and more. A value takes
/// 32 bytes while its text is read, so without this a text of digits and commas would take 20 times
/// its size.
inline constexpr std::size_t json_bytes_per_value = 12;
/// Bytes of a text beyond which a thread gives back the buffers it was parsed with. They take up to
/// four bytes for each of the text.
inline constexpr std::size_t json_kept_bytes_max = 512 * 1024;
/// Statements followed along a chain of StatementRefs before it is taken for endless.
inline constexpr std::size_t reference_chain_max = 64;
/// Terms that a referring statement takes over from its target. Where there are more it takes over
/// none and bears a mark instead (store/common/reference_resolver.h).
inline constexpr std::size_t inherited_terms_max = 64;
/// Terms that all statements together take over in one append; the others bear the mark.
inline constexpr std::size_t inherited_terms_of_append_max = 32'768;
/// Statements that are looked at in one piece while references are followed.
inline constexpr std::size_t references_of_piece_max = 256;
/// Referring statements that are checked along their chains for one page.
inline constexpr std::size_t checked_rows_of_page_max = 1'000;
/// Bytes of an xAPI document id, IRI or agent in a key.
inline constexpr std::size_t key_bytes_max = 16 * 1024;

/// Refused statements of a partial submission that the answer describes; the rest it counts.
inline constexpr std::size_t refusals_told_max = 1000;
/// Bytes of what is learned of one activity (its canonical definition) or agent (the names).
inline constexpr std::size_t learned_bytes_max = 64 * 1024;
/// Bytes of canonical definitions that are looked up for one statement; activities behind keep the
/// definitions that they came with.
inline constexpr std::size_t canonical_bytes_max = 1024 * 1024;
/// Statements that are read to tell who may read only the own ones what they say of an activity or
/// an agent.
inline constexpr std::size_t own_statements_read_max = 100;
/// Bytes of what could not be learned at once, which this process keeps to try again.
inline constexpr std::size_t postponed_bytes_max = 8 * 1024 * 1024;

/// Parts of one multipart request: the statements and their attachments.
inline constexpr std::size_t multipart_parts_max = 4096;
/// Headers of one part of a multipart request.
inline constexpr std::size_t part_headers_max = 32;

/// Parameters of one query or fields of one form (the alternate syntax, Communication 1.3).
inline constexpr std::size_t parameters_max = 32;
/// Bytes of a form that comes without an Authorization header, unzipped too: its credentials stand
/// in it, so it is read for somebody who is not known yet. Other bodies are not.
inline constexpr std::size_t stranger_body_bytes_max = 1024 * 1024;
/// Bytes of the body of a refused request that are read and dropped, so that the connection lives
/// on; with a longer one it is closed.
inline constexpr std::size_t refused_body_bytes_max = 64 * 1024;
/// Memory that reading a JSON text takes beside the text, in multiples of its bytes: nodes, the
/// rows made of it, what the store has of them until they are written.
inline constexpr std::size_t json_memory_factor = 4;
/// Seconds that unzipping one body may take.
inline constexpr int unzip_seconds_max = 20;

/// Bytes of a language tag: beyond what any registry holds (RFC 5646, 4.4.1 asks for 35).
inline constexpr std::size_t language_tag_bytes_max = 255;

}  // namespace lectern::limits
