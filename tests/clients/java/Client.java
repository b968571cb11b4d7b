import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Buys and watches with the JDK's own HttpClient as it comes: over plain http its first request offers HTTP/2
 * (`Upgrade: h2c`). Prints the statuses it saw over the WebSocket, and the last one over REST.
 *
 * <p>java Client.java GATEWAY SANDBOX
 */
public class Client {
  static final String PRICE = "price_1QlYNRHVMy0i1BlJA1y0DxB2";
  static final Pattern STATUS = Pattern.compile("\"status\":\"(\\w+)\"");

  public static void main(String[] arguments) throws Exception {
    String gateway = arguments[0], sandbox = arguments[1];
    HttpClient http = HttpClient.newHttpClient();
    String bought = send(http, json(gateway + "/api/create-checkout-session", "{\"priceId\":\"" + PRICE + "\"}"));
    String sessionId = found(Pattern.compile("\"sessionId\":\"(\\w+)\""), bought);

    Watch watch = new Watch(sessionId);
    URI address = URI.create(gateway.replaceFirst("^http", "ws") + "/graphql");
    http.newWebSocketBuilder().subprotocols("graphql-transport-ws").buildAsync(address, watch).get(10, TimeUnit.SECONDS);
    watch.began.get(10, TimeUnit.SECONDS);

    HttpRequest pay = HttpRequest.newBuilder(URI.create(sandbox + "/v1/payment_pages/" + sessionId + "/confirm"))
        .header("Authorization", "Bearer sk_test_sandbox")
        .header("Content-Type", "application/x-www-form-urlencoded")
        .version(HttpClient.Version.HTTP_1_1)
        .POST(BodyPublishers.ofString("payment_method=pm_card_visa"))
        .build();
    send(http, pay);
    List<String> seen = watch.ended.get(20, TimeUnit.SECONDS);
    HttpRequest status = HttpRequest.newBuilder(URI.create(gateway + "/api/check-payment-status/" + sessionId)).build();
    System.out.println(String.join(" ", seen) + " " + found(STATUS, send(http, status)));
    System.exit(0); // Its WebSocket's thread would keep it.
  }

  static HttpRequest json(String address, String body) {
    return HttpRequest.newBuilder(URI.create(address))
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(body))
        .build();
  }

  static String send(HttpClient http, HttpRequest request) throws Exception {
    var response = http.send(request, BodyHandlers.ofString());
    if (response.statusCode() != 200) throw new IllegalStateException(response.statusCode() + " " + response.body());
    return response.body();
  }

  static String found(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.find()) throw new IllegalStateException(text);
    return matcher.group(1);
  }

  /** One subscription in graphql-transport-ws. */
  static class Watch implements WebSocket.Listener {
    final CompletableFuture<Void> began = new CompletableFuture<>();
    final CompletableFuture<List<String>> ended = new CompletableFuture<>();
    final List<String> seen = new ArrayList<>();
    final StringBuilder frame = new StringBuilder();
    final String sessionId;

    Watch(String sessionId) {
      this.sessionId = sessionId;
    }

    @Override
    public void onOpen(WebSocket socket) {
      socket.sendText("{\"type\":\"connection_init\"}", true);
      socket.request(1);
    }

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean isLast) {
      frame.append(part);
      if (isLast) {
        String message = frame.toString();
        frame.setLength(0);
        hear(socket, message);
      }
      socket.request(1);
      return null;
    }

    void hear(WebSocket socket, String message) {
      if (message.contains("\"connection_ack\"")) {
        String query = "subscription { paymentStatus(sessionId: \\\"" + sessionId + "\\\") { status } }";
        socket.sendText("{\"id\":\"1\",\"type\":\"subscribe\",\"payload\":{\"query\":\"" + query + "\"}}", true);
      } else if (message.contains("\"next\"")) {
        seen.add(found(STATUS, message));
        began.complete(null);
      } else if (message.contains("\"complete\"")) {
        ended.complete(seen);
      } else {
        ended.completeExceptionally(new IllegalStateException(message));
      }
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
      began.completeExceptionally(error);
      ended.completeExceptionally(error);
    }
  }
}
