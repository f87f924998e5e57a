package dev.spikelane.io.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.FewerTries;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Random folders of files, links and modes, and random outputs, some of which fail halfway: nothing is lost, and
 * nothing is left.
 */
final class AtomicFileProperties {

    private static final int OUTPUTS = 12;
    private static final List<String> MODES = List.of("rw-------", "r--r--r--", "rw-rw-r--", "rwx------", "-w-------");

    /** Returns the content of a folder by name: the mode, and the content or the target of a link. */
    private static Map<String, String> picture(Path root) throws IOException {
        Map<String, String> picture = new TreeMap<>();
        try (Stream<Path> all = Files.walk(root)) {
            for (Path each : all.toList()) {
                String name = root.relativize(each).toString();
                if (Files.isSymbolicLink(each)) {
                    picture.put(name, "link to " + Files.readSymbolicLink(each));
                } else if (Files.isRegularFile(each)) {
                    picture.put(name, mode(each) + " " + content(each));
                } else {
                    picture.put(name, mode(each) + " folder");
                }
            }
        }
        return picture;
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS));
    }

    /** Returns the content, even of a file that its owner may not read. */
    private static String content(Path file) throws IOException {
        String mode = mode(file);
        if (Files.isReadable(file)) {
            return Files.readString(file);
        }
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        try {
            return Files.readString(file);
        } finally {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        }
    }

    private static Path build(Path root, Random random) throws IOException {
        Path inner = Files.createDirectory(root.resolve("inner"));
        List<Path> made = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Path file = (random.nextBoolean() ? root : inner).resolve("file" + i);
            Files.writeString(file, "old " + i);
            Files.setPosixFilePermissions(
                    file, PosixFilePermissions.fromString(MODES.get(random.nextInt(MODES.size()))));
            made.add(file);
        }
        for (int i = 0; i < 5; i++) {
            Path folder = random.nextBoolean() ? root : inner;
            Path to = switch (random.nextInt(4)) {
                case 0 -> folder.relativize(made.get(random.nextInt(made.size()))); // a file, or another link
                case 1 -> Path.of("dangling" + i);
                case 2 -> Path.of("none", "file");
                default -> made.get(random.nextInt(made.size())).toAbsolutePath();
            };
            made.add(Files.createSymbolicLink(folder.resolve("link" + i), to));
        }
        return inner;
    }

    private static Path target(Path root, Path inner, Random random) throws IOException {
        Path folder = random.nextBoolean() ? root : inner;
        return switch (random.nextInt(6)) {
            case 0 -> folder.resolve("new" + random.nextInt(3));
            case 1 -> folder.resolve("n".repeat(200 + random.nextInt(56)));
            case 2 -> inner; // a folder
            default -> {
                try (Stream<Path> there = Files.list(folder)) {
                    List<Path> all = there.sorted().toList();
                    yield all.isEmpty() ? folder.resolve("only") : all.get(random.nextInt(all.size()));
                }
            }
        };
    }

    @FewerTries(fullWidth = 4)
    @Property(tries = 120)
    void nothingIsLost(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        Path root = Files.createTempDirectory("spikelane-outputs");
        Assume.that(root.getFileSystem().supportedFileAttributeViews().contains("posix"));
        try {
            Path inner = build(root, random);
            for (int i = 0; i < OUTPUTS; i++) {
                boolean closed = random.nextInt(4) == 0;
                if (closed) {
                    Files.setPosixFilePermissions(inner, PosixFilePermissions.fromString("r-xr-xr-x"));
                }
                try {
                    output(root, target(root, inner, random), "new content " + i, random.nextInt(3) == 0);
                } finally {
                    Files.setPosixFilePermissions(inner, PosixFilePermissions.fromString("rwx------"));
                }
            }
        } finally {
            delete(root);
        }
    }

    /** Writes, and compares the folder with its old content: only the target may have changed, as a whole. */
    private static void output(Path root, Path target, String content, boolean fails) throws IOException {
        Map<String, String> before = picture(root);
        boolean written = false;
        try {
            AtomicFile.write(target, channel -> {
                channel.write(ByteBuffer.wrap(content.substring(0, 4).getBytes(StandardCharsets.UTF_8)));
                if (fails) {
                    throw new IOException("disk full");
                }
                channel.write(ByteBuffer.wrap(content.substring(4).getBytes(StandardCharsets.UTF_8)));
            });
            written = true;
        } catch (IOException refused) {
            assertTrue(
                    refused.getMessage().equals("disk full")
                            || refused.getMessage().startsWith(FileText.shown(target)),
                    refused.toString());
        }
        Map<String, String> after = picture(root);
        if (written) {
            assertTrue(!fails, "a failure was not told");
            String file = root.toRealPath().relativize(target.toRealPath()).toString();
            String old = before.get(file);
            String mode = old == null ? after.get(file).substring(0, 9) : old.substring(0, 9);
            assertTrue(old == null || mode.contains("w"), "a read-only file was replaced: " + file);
            before.put(file, mode + " " + content);
        }
        assertEquals(before, after, target.toString());
    }

    private static void delete(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            for (Path each : all.sorted((one, other) -> other.compareTo(one)).toList()) {
                Files.delete(each);
            }
        }
    }
}
