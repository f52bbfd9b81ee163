#include "cli/process/process_metrics.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <sstream>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>

#include "base/concurrency/mutex.h"
#include "cli/terminal/version.h"

namespace lectern::cli {
namespace {

namespace fs = std::filesystem;

/// The fields of /proc/self/stat behind the program's name, which may hold blanks: [0] is the
/// third, its state (proc(5)).
std::vector<std::string> stat_fields() {
  std::ifstream in("/proc/self/stat");
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  std::istringstream behind(text.substr(std::min(text.rfind(')') + 2, text.size())));
  return {std::istream_iterator<std::string>(behind), std::istream_iterator<std::string>()};
}

double stat_field(std::size_t number) {
  const auto fields = stat_fields();
  return number - 3 < fields.size() ? std::strtod(fields[number - 3].c_str(), nullptr) : 0;
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double start_seconds() {
  std::ifstream in("/proc/uptime");
  double uptime = 0;
  in >> uptime;
  const double now =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  return now - uptime + stat_field(22) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double open_files() {
  std::error_code error;
  double count = 0;
  for (fs::directory_iterator it("/proc/self/fd", error), end; !error && it != end;
       it.increment(error))
    ++count;
  return count;
}

double files_max() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<double>(limit.rlim_cur);
}

double bytes_of(const std::string& folder) {
  std::error_code error;
  std::uintmax_t bytes = 0;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    // A file may be gone by now.
    std::error_code gone;
    const auto size = it->is_regular_file(gone) ? it->file_size(gone) : 0;
    if (!gone) bytes += size;
  }
  return static_cast<double>(bytes);
}

/// `read`, called once a second at most: /metrics may be open to everybody.
std::function<double()> once_a_second(std::function<double()> read) {
  struct Last {
    Mutex mutex;
    std::chrono::steady_clock::time_point at GUARDED_BY(mutex);
    double value GUARDED_BY(mutex) = 0;
  };
  return [read = std::move(read), last = std::make_shared<Last>()] {
    const MutexLock lock(last->mutex);
    const auto now = std::chrono::steady_clock::now();
    if (last->at == std::chrono::steady_clock::time_point{} ||
        now - last->at >= std::chrono::seconds(1)) {
      last->value = read();
      last->at = now;
    }
    return last->value;
  };
}

}  // namespace

void watch_process(metrics::Registry& registry) {
  registry.counter_read("process_cpu_seconds_total", "Time spent on processors", cpu_seconds);
  registry.gauge_read("process_resident_memory_bytes", "Memory in use",
                      [] { return stat_field(24) * static_cast<double>(sysconf(_SC_PAGESIZE)); });
  registry.gauge_read("process_virtual_memory_bytes", "Addresses in use",
                      [] { return stat_field(23); });
  registry.gauge_read("process_open_fds", "Files that are open", once_a_second(open_files));
  registry.gauge_read("process_max_fds", "Files that may be open", files_max);
  registry.gauge_read("process_start_time_seconds", "Start, since 1970",
                      [start = start_seconds()] { return start; });
  registry
      .gauge("lectern_build_info", "What runs here; always 1",
             {{"version", LECTERN_VERSION}, {"commit", std::string(commit())}})
      .set(1);
}

void watch_folder(metrics::Registry& registry, const std::string& folder) {
  registry.gauge_read("lectern_store_bytes", "Bytes of the embedded store's files",
                      once_a_second([folder] { return bytes_of(folder); }));
}

}  // namespace lectern::cli
