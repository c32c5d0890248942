// The API over a real household, settings and journal, with fakes for the rest, on a simulated clock; no sockets.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/workers.hpp"
#include "storage/database.hpp"
#include "storage/vault.hpp"
#include "web/api.hpp"

namespace lintel::web::testing {

using Json = nlohmann::json;

struct FakeStream final : http::EventStream {
  struct Sent {
    std::string event, id, data;
  };
  bool send(std::string_view event, std::string_view id, std::string_view data) override {
    if (is_open) sent.push_back({std::string(event), std::string(id), std::string(data)});
    return is_open;
  }
  void close() override {
    if (!std::exchange(is_open, false)) return;
    if (closed) closed();
  }
  [[nodiscard]] bool open() const override { return is_open; }
  void on_closed(std::function<void()> work) override { closed = std::move(work); }
  [[nodiscard]] std::vector<std::string> of(std::string_view event) const;  // the data of these events

  std::vector<Sent> sent;
  std::function<void()> closed;
  bool is_open = true;
};

struct Got {
  int status = 0;
  http::Fields headers;
  std::string body;
  std::shared_ptr<FakeStream> stream;
  [[nodiscard]] Json json() const { return Json::accept(body) ? Json::parse(body) : Json::object(); }
  [[nodiscard]] std::string code() const { return json().value("/error/code"_json_pointer, std::string()); }
  [[nodiscard]] std::string field() const { return json().value("/error/field"_json_pointer, std::string()); }
  [[nodiscard]] std::string header(std::string_view name) const { return std::string(http::header_of(headers, name)); }
};

// Who asks: a cookie with its token, or nothing; from where; and more headers.
struct As {
  std::string cookie = {}, csrf = {};
  std::string address = "192.0.2.1";
  http::Fields headers = {};
  bool secure = false;
};

[[nodiscard]] PanelState panel_of(const std::string& text);
[[nodiscard]] CallState call_of(const std::string& id, const std::string& state, const std::string& room);
[[nodiscard]] LockState lock_of(const std::string& state);

struct FakeHouse final : LivePort,
                         PanelPort,
                         LockPort,
                         CardPort,
                         TwinPort,
                         CallPort,
                         PresencePort,
                         OverviewPort,
                         CertificatePort {
  void watch(const Subject& who, std::string_view stream, std::string offer, Done<LiveSession> done) override;
  void lend(const Subject& who, std::string offer, Done<LiveSession> done) override;
  bool end(std::string_view id) override;
  [[nodiscard]] bool lasts(std::string_view id) const override { return id == lasting; }
  void snapshot(const Subject& who, std::string_view stream, Done<std::string> done) override;
  [[nodiscard]] PanelState state() const override { return panel_of("Welcome"); }
  Result<PanelState> press(const Subject& who, std::string_view key) override;
  [[nodiscard]] std::vector<LockState> locks() const override { return {lock_of("locked")}; }
  Result<LockState> unlock(const Subject& who, std::uint32_t number) override;
  [[nodiscard]] CardIssue issue() const override { return card_issue; }
  Result<CardIssue> begin(const Subject& who, const CardWish& wish) override;
  bool cancel() override { return std::exchange(card_issue.state, "cancelled") == "awaited"; }
  [[nodiscard]] std::vector<Twin> twins() const override {
    return {{.name = "exit", .kind = "button", .state = "released", .actions = {"press"}}};
  }
  Result<Twin> act(const Subject& who, std::string_view name, std::string_view action) override;
  [[nodiscard]] std::vector<CallState> calls() const override {
    return {call_of("1", "talking", "101"), call_of("2", "talking", "102")};
  }
  Result<CallState> call(const Subject& who, std::string_view to) override;
  Result<void> hang_up(const Subject& who, std::string_view id) override;
  [[nodiscard]] Presence presence(std::string_view account) const override {
    ++asked_for_presence;
    return {account == "101#0", {}, {}};
  }
  [[nodiscard]] OverviewState overview() const override {
    ++overviews;
    OverviewState out = at_a_glance;
    out.camera = camera();
    return out;
  }
  [[nodiscard]] PartState camera() const override { return {.state = "starting", .message = {}}; }
  void revoked(std::string_view account) override { log.push_back("revoked " + std::string(account)); }
  [[nodiscard]] std::string root_pem() const override { return "-----BEGIN CERTIFICATE-----"; }

  std::vector<std::string> log;  // what was asked, and by whom
  CardIssue card_issue;
  int live = 0;
  mutable int asked_for_presence = 0, overviews = 0;
  OverviewState at_a_glance;
  std::string lasting;  // the live session that has not ended
};

class HouseTest : public ::testing::Test {
 protected:
  HouseTest();
  ~HouseTest() override;

  Got ask(http::Method method, std::string_view path, const As& who = {}, const std::string& body = {},
          std::string_view type = "application/json");
  Got get(std::string_view path, const As& who = {}) { return ask(http::Method::get, path, who); }
  Got post(std::string_view path, const Json& body, const As& who = {}) {
    return ask(http::Method::post, path, who, body.dump());
  }
  void set_up();  // with the password below
  As log_in(const std::string& account = "admin", const std::string& password = the_password,
            const std::string& address = "192.0.2.1");
  static std::string cookie_of(const Got& got);
  As pair(const std::string& kind, const std::string& room, const As& admin);  // pairs a device and logs it in
  void settle();  // until the journal is durable and every worker is done

  static constexpr const char* the_password = "Lampshade-7";

  std::filesystem::path folder_;
  Loop loop_;
  SimulatedClock clock_;
  Workers workers_{loop_, 2, 64};
  storage::Vault vault_ = storage::Vault::ephemeral();
  std::unique_ptr<storage::Database> database_;
  std::unique_ptr<settings::Settings> settings_;
  std::unique_ptr<journal::Journal> journal_;
  std::unique_ptr<household::Household> household_;
  FakeHouse fakes_;
  access::AttemptLimiter guesses_{clock_};
  std::unique_ptr<Api> api_;
  http::Router router_;
  std::vector<std::weak_ptr<http::WebSocket>> served_;  // by the room that it is for
};

}  // namespace lintel::web::testing
