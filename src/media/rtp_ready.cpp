#include "media/rtp_ready.hpp"

#include <algorithm>
#include <utility>

#include "media/rtp_session.hpp"

namespace lintel::media {

ReadyOffers::~ReadyOffers() = default;

void ReadyOffers::expect(LegKind kind, const LegOptions& options) {
  std::vector<Offer> outdated;
  {
    const std::lock_guard lock(mutex_);
    if (kind == kind_ && options == options_) return;
    kind_ = kind;
    options_ = options;
    outdated.swap(offers_);
  }
  legs_.threads.front()->run([this, outdated = std::move(outdated)]() mutable {
    outdated.clear();
    refill();
  });
}

Result<ReadyOffers::Offer> ReadyOffers::take(LegKind kind, const LegOptions& options) {
  std::unique_lock lock(mutex_);
  const bool here = options.address == options_.address;  // else another of this host's, and only the text differs
  LegOptions for_anybody = options;
  for_anybody.address = options_.address;
  for_anybody.peer_host = options_.peer_host;
  for_anybody.peer_is_server = options_.peer_is_server;
  if (kind != kind_ || for_anybody != options_) {
    lock.unlock();
    return make(kind, options);
  }
  if (!pause_.armed()) {
    taken_ = 0;
    pause_ = legs_.loop.clock().after(pause, [this] { legs_.threads.front()->run([this] { refill(); }); });
  }
  wanted_ = std::clamp(++taken_, wanted_, most);
  if (offers_.empty()) {
    lock.unlock();
    return make(kind, options);
  }
  Offer offer = std::move(offers_.back());
  offers_.pop_back();
  offer.session->set_peer(options);
  if (here) return offer;
  lock.unlock();
  if (!offer.session->move_to(options.address)) return make(kind, options);
  LINTEL_TRY(offer.text, offer.session->make_offer());
  return offer;
}

Result<ReadyOffers::Offer> ReadyOffers::make(LegKind kind, const LegOptions& options) const {
  Offer offer;
  offer.session = std::make_shared<RtpSession>(legs_, kind, options);
  LINTEL_TRY(offer.text, offer.session->make_offer());
  return offer;
}

void ReadyOffers::refill() {
  for (;;) {
    LegKind kind = LegKind::plain_rtp;
    LegOptions options;
    {
      const std::lock_guard lock(mutex_);
      const std::size_t pairs = legs_.ports.pairs();
      const std::size_t wanted = pairs == 0 ? wanted_ : std::min(wanted_, pairs / share / 2);
      if (offers_.size() >= wanted) return;
      kind = kind_;
      options = options_;
    }
    auto made = make(kind, options);
    if (!made.ok()) return;  // whoever asks for one is told
    const std::lock_guard lock(mutex_);
    if (kind == kind_ && options == options_) offers_.push_back(std::move(*made));
  }
}

}  // namespace lintel::media
