package dev.spikelane.browser;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A headless Chromium, driven from tests. */
public final class Browser {

    private static final List<String> NAMES =
            List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");
    private static final String LISTENING = "DevTools listening on ";

    private static @Nullable Browser shared;

    private final DevTools tools;

    private Browser(DevTools tools) {
        this.tools = tools;
    }

    /** The browser of this machine, if there is one: all tests of a JVM share it. */
    public static synchronized Optional<Browser> shared() throws IOException {
        Optional<Path> program = find();
        if (shared == null && program.isPresent()) {
            shared = start(
                    program.get(),
                    Path.of("target", "browser-" + ProcessHandle.current().pid()));
        }
        return Optional.ofNullable(shared);
    }

    private static Optional<Path> find() {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Starts it; {@code folder} keeps its profile. */
    private static Browser start(Path program, Path folder) throws IOException {
        Process process = new ProcessBuilder(
                        program.toString(),
                        "--headless=new",
                        // The sandbox cannot be made by root, as whom tests run in containers; pages are our own.
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--hide-scrollbars",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + folder.toAbsolutePath(),
                        "about:blank")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> destroy(process)));
        try {
            return new Browser(new DevTools(address(process)));
        } catch (IOException | RuntimeException failure) {
            process.destroyForcibly();
            throw failure;
        }
    }

    /** Opens a page of a file; a phone has a finger and twice the pixels. */
    public BrowserPage open(Path file, int width, int height, boolean phone, boolean dark) {
        String target = tools.call("", "Target.createTarget", Map.of("url", "about:blank"))
                .get("targetId")
                .asText();
        String session = tools.call("", "Target.attachToTarget", Map.of("targetId", target, "flatten", true))
                .get("sessionId")
                .asText();
        BrowserPage page = new BrowserPage(tools, session);
        page.load(file, width, height, phone, dark);
        return page;
    }

    private static void destroy(Process process) {
        List<ProcessHandle> all = process.descendants().toList();
        process.destroyForcibly();
        all.forEach(ProcessHandle::destroyForcibly);
    }

    /** The address stands among the browser's first lines; the rest is read so that it never waits for a reader. */
    private static String address(Process process) throws IOException {
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8));
        StringBuilder declared = new StringBuilder();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith(LISTENING)) {
                Thread.ofVirtual().start(() -> lines.lines().forEach(rest -> {}));
                return line.substring(LISTENING.length());
            }
            declared.append(line).append('\n');
        }
        throw new IOException("the browser did not start: " + declared);
    }
}
