package dev.spikelane.spark;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The network between executors and a port of the driver: it forwards what comes to the same port of {@link #OUTSIDE}. */
final class Wire implements AutoCloseable {

    /** Where the driver listens. */
    static final String INSIDE = "127.0.0.1";

    /** Where others find it. */
    static final String OUTSIDE = "127.0.0.2";

    private final ServerSocket entrance = new ServerSocket();
    private final Set<Socket> ends = ConcurrentHashMap.newKeySet();
    private volatile boolean isCut;

    Wire() throws IOException {
        entrance.bind(new InetSocketAddress(InetAddress.getByName(OUTSIDE), 0));
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return entrance.getLocalPort();
    }

    private void accept() {
        while (!entrance.isClosed()) {
            try {
                Socket from = entrance.accept();
                if (isCut) {
                    from.close();
                    continue;
                }
                Socket to = new Socket(INSIDE, port());
                ends.add(from);
                ends.add(to);
                Thread.ofVirtual().start(() -> forward(from, to));
                Thread.ofVirtual().start(() -> forward(to, from));
            } catch (IOException lost) {
                // whoever connects sees it
            }
        }
    }

    private static void forward(Socket from, Socket to) {
        try (from;
                to;
                InputStream bytes = from.getInputStream()) {
            bytes.transferTo(to.getOutputStream());
        } catch (IOException cut) {
            // both ends see it
        }
    }

    /** Ends all connections; there are none any more, until it is mended. */
    void cut() throws IOException {
        isCut = true;
        for (Socket end : ends) {
            end.close();
        }
        ends.clear();
    }

    void mend() {
        isCut = false;
    }

    @Override
    public void close() throws IOException {
        entrance.close();
        cut();
    }
}
