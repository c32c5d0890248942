// The SIP room in one page.
//
//   Network    network.hpp      sockets and handed-in WebSockets; every connection is a flow
//     │ Message  message.hpp, uri.hpp: views into the received bytes; builder.hpp: new messages and changed copies
//   Core       transaction.hpp  transactions; asks its RequestHandlers in order
//     ├─ Endpoint  endpoint.hpp   user agents of this process: dialogs, registration as a client (asked first)
//     └─ Server    server.hpp     registrar and forking proxy with digest (asked last: it takes everything)
//
// The station's own user agent is just another account of the built-in server. The two talk over a wire inside the
// process: the endpoint sends its requests to Hop::local_server(); the server sees them come from
// Hop::local_endpoint(), stores that as the flow of the binding, and sends there. Bytes cross it as on any other flow,
// on the loop's next turn. So a handler knows its side: what comes from Hop::local_server() is for the endpoint,
// everything else from the local wire is for the server. From the network, the endpoint takes what belongs to its
// dialogs or is addressed to its own contact user, and leaves the rest.
//
// To ring one contact of an account rather than all (each wants its own offer), the endpoint takes a binding from
// Server::contacts() and calls `sip:101%231@VDP;binding=<id>`.
#pragma once

#include "sip/builder.hpp"
#include "sip/message.hpp"
#include "sip/network.hpp"
#include "sip/server.hpp"
#include "sip/transaction.hpp"
#include "sip/transport.hpp"
