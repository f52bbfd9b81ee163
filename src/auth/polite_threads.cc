#include "auth/polite_threads.h"

#include <sys/resource.h>
#include <unistd.h>

namespace lectern::auth {

PoliteThreads::PoliteThreads(unsigned threads, int niceness) {
  for (unsigned i = 0; i < threads; ++i)
    threads_.emplace_back([this, niceness] { loop(niceness); });
}

PoliteThreads::~PoliteThreads() {
  {
    const MutexLock lock(mutex_);
    ending_ = true;
  }
  ready_.notify_all();
  for (auto& thread : threads_) thread.join();
}

bool PoliteThreads::run(std::function<bool()> work) {
  std::packaged_task<bool()> job(std::move(work));
  auto outcome = job.get_future();
  {
    const MutexLock lock(mutex_);
    jobs_.push_back(std::move(job));
  }
  ready_.notify_one();
  return outcome.get();
}

void PoliteThreads::loop(int niceness) {
  // Of this thread alone, as Linux has it. Back again it could not go without a privilege.
  setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), niceness);
  MutexLock lock(mutex_);
  while (true) {
    ready_.wait(mutex_, [this]() REQUIRES(mutex_) { return ending_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    auto job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
    lock.lock();
  }
}

}  // namespace lectern::auth
