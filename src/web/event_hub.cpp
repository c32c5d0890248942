#include "web/event_hub.hpp"

#include <algorithm>

#include "journal/events.hpp"
#include "web/json.hpp"

namespace lintel::web {

bool may_see_some(const Subject& who) {
  return who.role == Role::admin || (who.role == Role::monitor && !who.room.empty());
}

bool may_see(const Subject& who, const journal::Entry& entry) {
  if (who.role == Role::admin) return true;
  if (!may_see_some(who) || entry.room != who.room) return false;
  // Who works on the station's settings, and from where, is not a room's business.
  return entry.kind != journal::Kind::operation;
}

Json entry_json(const journal::Entry& entry) {
  Json fields = Json::array();
  for (const journal::Field& field : entry.fields) fields.push_back({{"name", field.name}, {"value", field.value}});
  const journal::Event* const event = journal::find_event(entry.event);
  return {{"id", entry.id},
          {"time", write_time(entry.time)},
          {"kind", journal::name_of(entry.kind)},
          {"event", entry.event},
          {"severity", journal::name_of(entry.severity)},
          {"message", entry.message},
          {"help", event == nullptr ? std::string_view() : event->help},
          {"room", entry.room},
          {"door", entry.door},
          {"subject", entry.subject},
          {"fields", std::move(fields)}};
}

std::string write_entry(const journal::Entry& entry) {
  return write_json(entry_json(entry));
}

bool EventHub::full(const Session& session) const {
  return session.streams >= most_of_a_session || clients_->size() >= most_streams;
}

std::shared_ptr<EventHub::Client> EventHub::open(std::shared_ptr<http::EventStream> stream,
                                                 const std::shared_ptr<Session>& session, bool catching_up) {
  auto client = std::make_shared<Client>();
  client->who = session->who;
  client->session = session->id;
  client->stream = std::move(stream);
  client->catching_up = catching_up;
  clients_->push_back(client);
  ++session->streams;
  client->stream->on_closed(
      [weak_clients = std::weak_ptr<Clients>(clients_), weak = std::weak_ptr<Client>(client), session] {
        if (session->streams > 0) --session->streams;
        const auto clients = weak_clients.lock();
        const auto gone = weak.lock();
        if (clients && gone) clients->remove(gone);
      });
  return client;
}

void EventHub::close_session(std::string_view session) {
  for (const auto& client : Clients(*clients_))
    if (client->session == session) client->stream->close();
}

std::vector<std::shared_ptr<EventHub::Client>> EventHub::those(const std::function<bool(const Subject&)>& may) const {
  std::vector<std::shared_ptr<Client>> out;
  for (const auto& client : *clients_)
    if (may(client->who)) out.push_back(client);
  return out;
}

bool EventHub::send(Client& client, const journal::Entry& entry) {
  if (entry.id <= client.last_id || !may_see(client.who, entry)) return client.stream->open();
  client.last_id = entry.id;
  return client.stream->send("journal", std::to_string(entry.id), write_entry(entry));
}

void EventHub::journalled(const journal::Entry& entry) {
  std::string id, text;  // the same for all, made when the first one is sent it
  for (const auto& client : those([&entry](const Subject& who) { return may_see(who, entry); })) {
    if (client->catching_up) {
      if (client->held.size() >= most_held)
        client->stream->close();  // it comes back and catches up from what it has
      else
        client->held.push_back(entry);
    } else if (entry.id > client->last_id) {
      if (text.empty()) {
        id = std::to_string(entry.id);
        text = write_entry(entry);
      }
      client->last_id = entry.id;
      client->stream->send("journal", id, text);
    }
  }
}

void EventHub::caught_up(Client& client) {
  client.catching_up = false;
  for (const journal::Entry& entry : client.held) (void)send(client, entry);
  client.held.clear();
  client.held.shrink_to_fit();
}

void EventHub::tell(std::string_view event, const std::string& data, const std::function<bool(const Subject&)>& may) {
  for (const auto& client : those(may)) client->stream->send(event, {}, data);
}

}  // namespace lintel::web
