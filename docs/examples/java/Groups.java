import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.regex.Pattern;

/** Lists the groups: `java Groups.java http://127.0.0.1:8080/s/java`, with JDK 11 or newer. */
public class Groups {
    // The default client offers HTTP/2 with its first request; the mock continues with HTTP/1.1.
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    public static void main(String[] arguments) throws IOException, InterruptedException {
        String url = arguments.length > 0 ? arguments[0] : "http://127.0.0.1:8080";
        String form = "grant_type=client_credentials"
            + "&client_id=c1200000000000000000000000000001"
            + "&client_secret=c0ffee01c0ffee01c0ffee01c0ffee01";
        String login = send(HttpRequest.newBuilder(URI.create(url + "/oauth/token"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString(form)));
        var token = Pattern.compile("\"access_token\": *\"([^\"]+)\"").matcher(login);
        if (!token.find()) {
            throw new IOException("no token: " + login);
        }
        System.out.print(send(HttpRequest
            .newBuilder(URI.create(url + "/api/ver1.0/client/@me/extension_group/"))
            .header("Authorization", "Bearer " + token.group(1))));
    }

    private static String send(HttpRequest.Builder request) throws IOException, InterruptedException {
        var response = CLIENT.send(request.build(), BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException(response.statusCode() + " " + response.body());
        }
        return response.body();
    }
}
