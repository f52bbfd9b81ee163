#pragma once

/// What clang is told of locks, so that -Wthread-safety checks on every path that they are held
/// (the test `locks`; clang's documentation, "Thread Safety Analysis", has the meaning of each).
/// Other compilers see nothing of it.
#if defined(__clang__)
#define LECTERN_ANNOTATE(x) __attribute__((x))
#else
#define LECTERN_ANNOTATE(x)
#endif

/// A class whose objects can be held.
#define CAPABILITY(name) LECTERN_ANNOTATE(capability(name))
/// A class whose objects hold something from their construction to their destruction.
#define SCOPED_CAPABILITY LECTERN_ANNOTATE(scoped_lockable)
/// A variable that may be touched only while that mutex is held: read under a shared hold, written
/// under an exclusive one.
#define GUARDED_BY(mutex) LECTERN_ANNOTATE(guarded_by(mutex))
/// A pointer of which that holds for what it points to.
#define PT_GUARDED_BY(mutex) LECTERN_ANNOTATE(pt_guarded_by(mutex))
/// A function that may be called only while these are held, and that holds them when it returns.
/// It may let go of them in between.
#define REQUIRES(...) LECTERN_ANNOTATE(requires_capability(__VA_ARGS__))
#define REQUIRES_SHARED(...) LECTERN_ANNOTATE(requires_shared_capability(__VA_ARGS__))
/// A function that may be called only while these are not held, since it takes them.
#define EXCLUDES(...) LECTERN_ANNOTATE(locks_excluded(__VA_ARGS__))
/// A function that takes hold of these, or of its object; and one that lets go.
#define ACQUIRE(...) LECTERN_ANNOTATE(acquire_capability(__VA_ARGS__))
#define ACQUIRE_SHARED(...) LECTERN_ANNOTATE(acquire_shared_capability(__VA_ARGS__))
#define RELEASE(...) LECTERN_ANNOTATE(release_capability(__VA_ARGS__))
#define RELEASE_SHARED(...) LECTERN_ANNOTATE(release_shared_capability(__VA_ARGS__))
#define RELEASE_GENERIC(...) LECTERN_ANNOTATE(release_generic_capability(__VA_ARGS__))
/// A function that has taken hold when it returns the first argument.
#define TRY_ACQUIRE(...) LECTERN_ANNOTATE(try_acquire_capability(__VA_ARGS__))
/// A function that gives a reference to that mutex.
#define RETURN_CAPABILITY(mutex) LECTERN_ANNOTATE(lock_returned(mutex))
/// A function that is right in a way that the analysis cannot follow; a comment says which.
#define NO_THREAD_SAFETY_ANALYSIS LECTERN_ANNOTATE(no_thread_safety_analysis)
