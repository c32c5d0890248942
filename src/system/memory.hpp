// How the process holds memory. A station runs for years beside little else on a small machine: what was freed goes
// back.
#pragma once

namespace lintel::system {

// Before the first thread: pictures (a megabyte and more) come from the kernel and go back to it one by one, instead of
// leaving holes in the heap; few arenas; no huge pages, of which an encoder's buffers leave most untouched.
void settle_memory();

// Puts what was freed in order, now that nobody waits: at the next call it would be done before the first phone rings.
// Takes some 100 µs after a call of sixteen phones. On the loop, whose memory it is.
void tidy_memory();

// Gives the kernel back what is free. Any thread; takes milliseconds: on a worker.
void give_back_memory();
// The same if it is worth it: after a swarm (thousands of phones that register, a long export) the heap has holes of
// megabytes. Answers whether it was.
bool give_back_spare_memory();

}  // namespace lintel::system
