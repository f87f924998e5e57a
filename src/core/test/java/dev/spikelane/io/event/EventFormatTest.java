package dev.spikelane.io.event;

import static dev.spikelane.Failures.assertPart;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Tries;
import dev.spikelane.io.EventSource;
import dev.spikelane.io.Mutation;
import dev.spikelane.io.event.EventFiles.Events;
import dev.spikelane.memory.EventBlock;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of each format, from independent encoders: whole, cut, damaged and arriving slowly. */
final class EventFormatTest {

    private static final int MUTATIONS = Tries.ALL ? 20_000 : 400;

    private @TempDir Path folder;

    /** A file of events, with a name that determines its format. */
    private record Case(String name, Events events, byte[] bytes, boolean streams) {}

    private static Map<String, Case> cases(int count) throws IOException {
        Map<String, Case> all = new LinkedHashMap<>();
        Events small = Events.random(1, count, 34, 34, 9_000);
        Events dvs = Events.random(2, count, 128, 128, 3_000);
        Events large = Events.random(3, count, 640, 480, 3_000);
        put(all, "nmnist.bin", small, EventFiles.bin(small));
        put(all, "dvs.aedat", dvs, EventFiles.aedat2(dvs, false));
        put(all, "davis.aedat", dvs, EventFiles.aedat2(dvs, true));
        put(all, "three.aedat", dvs, EventFiles.aedat3(dvs));
        put(all, "four.aedat4", large, EventFiles.aedat4(large, 0));
        put(all, "packed.aedat4", large, EventFiles.aedat4(large, 1));
        put(all, "two.raw", large, EventFiles.evt2(large));
        put(all, "two1.raw", large, EventFiles.evt21(large, false));
        put(all, "legacy.raw", large, EventFiles.evt21(large, true));
        put(all, "three.raw", large, EventFiles.evt3(large));
        put(all, "decoded.dat", large, EventFiles.dat(large));
        put(all, "named.csv", large, EventFiles.csv(large, true));
        put(all, "plain.txt", large, EventFiles.csv(large, false));
        put(all, "tonic.npy", large, EventFiles.npy(large));
        all.put("columns.npz", new Case("columns.npz", large, EventFiles.npz(large), false));
        all.put("one.npz", new Case("one.npz", large, EventFiles.npzOfOne(large), false));
        return all;
    }

    private static void put(Map<String, Case> all, String name, Events events, byte[] bytes) {
        all.put(name, new Case(name, events, bytes, true));
    }

    private EventSource open(Case each, byte[] bytes) throws IOException {
        if (each.streams) {
            return EventSource.open(each.name, new ByteArrayInputStream(bytes));
        }
        Path file = folder.resolve(each.name);
        Files.write(file, bytes);
        return EventSource.open(file);
    }

    private static Events readAll(EventSource source) throws IOException {
        EventBlock block = new EventBlock(200);
        Events all = new Events(new long[0], new int[0], new int[0], new int[0]);
        long[] t = new long[0];
        int[] x = {};
        int[] y = {};
        int[] p = {};
        while (source.read(block)) {
            int first = t.length;
            int size = first + block.size();
            t = Arrays.copyOf(t, size);
            x = Arrays.copyOf(x, size);
            y = Arrays.copyOf(y, size);
            p = Arrays.copyOf(p, size);
            for (int i = first; i < size; i++) {
                t[i] = block.time(i - first);
                x[i] = block.x(i - first);
                y[i] = block.y(i - first);
                p[i] = block.isOn(i - first) ? 1 : 0;
            }
            all = new Events(t, x, y, p);
        }
        return all;
    }

    private static void assertSame(Events expected, Events found) {
        assertArrayEquals(expected.t(), found.t());
        assertArrayEquals(expected.x(), found.x());
        assertArrayEquals(expected.y(), found.y());
        assertArrayEquals(expected.p(), found.p());
    }

    @Test
    void everyFormatGivesItsEvents() throws IOException {
        for (Case each : cases(3_000).values()) {
            try (EventSource source = open(each, each.bytes)) {
                Events found = readAll(source);
                assertEquals(each.events.size(), found.size(), each.name);
                assertSame(each.events, found);
                assertEquals("", source.cut(), each.name);
            }
        }
    }

    @Test
    void bytesThatTrickleInGiveTheSame() throws IOException {
        for (Case each : cases(120).values()) {
            if (each.streams) {
                InputStream one = new ByteArrayInputStream(each.bytes) {
                    @Override
                    public synchronized int read(byte[] into, int offset, int length) {
                        return super.read(into, offset, Math.min(1, length));
                    }
                };
                assertSame(each.events, readAll(EventSource.open(each.name, one)));
            }
        }
    }

    /** All whole events are read, and the source reports the cut; a missing directory at the end is not noticed. */
    @Test
    void aFileThatIsCutAnywhereGivesWhatWasWhole() throws IOException {
        SplittableRandom random = new SplittableRandom(7);
        for (Case each : cases(400).values()) {
            int declared = 0;
            for (int i = 0; i < 60; i++) {
                int length = random.nextInt(each.bytes.length);
                byte[] cut = Arrays.copyOf(each.bytes, length);
                try (EventSource source = open(each, cut)) {
                    Events found = readAll(source);
                    assertSame(each.events.first(found.size()), found);
                    declared += source.cut().startsWith(each.name + ": ends inside ") ? 1 : 0;
                } catch (IOException inHeader) {
                    assertTrue(!each.streams || length < 400, each.name + " " + length + " " + inHeader.getMessage());
                }
            }
            assertTrue(!each.streams || declared > 10, each.name + " said so " + declared + " times");
        }
    }

    @Test
    void damagedFilesGiveEventsOrAnError() throws IOException {
        for (Case each : cases(40).values()) {
            Mutation mutation = new Mutation(11);
            int count = each.streams || Tries.ALL ? MUTATIONS : MUTATIONS / 8;
            Assertions.assertTimeoutPreemptively(Duration.ofMinutes(10), () -> {
                for (int i = 0; i < count; i++) {
                    byte[] broken = mutation.of(each.bytes);
                    try (EventSource source = open(each, broken)) {
                        assertTrue(readAll(source).size() <= 64 * broken.length);
                    } catch (IOException refused) {
                        assertTrue(refused.getMessage().contains(each.name + ": "), refused.getMessage());
                    } catch (RuntimeException | Error wrong) {
                        throw new AssertionError(each.name + ", file " + i, wrong);
                    }
                }
            });
        }
    }

    @Test
    void timesWrapAndRunBackward() throws IOException {
        Map<String, Long> ranges = Map.of("two.raw", 1L << 34, "three.raw", 1L << 24, "decoded.dat", 1L << 32);
        for (Map.Entry<String, Long> each : ranges.entrySet()) {
            int count = 40;
            Events events = Events.random(4, count, 640, 480, 2);
            for (int i = 0; i < count; i++) {
                events.t()[i] = each.getValue() * (i + 1) * 2 / 5 - (i % 9 == 8 ? 70 : 0); // some before the first time
            }
            byte[] bytes = switch (each.getKey()) {
                case "two.raw" -> EventFiles.evt2(events);
                case "three.raw" -> EventFiles.evt3(events);
                default -> EventFiles.dat(events);
            };
            assertSame(events, readAll(EventSource.open(each.getKey(), new ByteArrayInputStream(bytes))));
        }
        Events late = Events.random(5, 200, 128, 128, 1 << 28);
        assertTrue(late.t()[199] > 1L << 33);
        assertSame(late, readAll(EventSource.open("x", new ByteArrayInputStream(EventFiles.aedat3(late)))));
        assertSame(late, readAll(EventSource.open("x", new ByteArrayInputStream(EventFiles.aedat2(late, false)))));
    }

    @Test
    void aTimeBehindTheWrapStaysThere() {
        WideClock clock = new WideClock(4);
        assertArrayEquals(
                new long[] {14, 17, 15, 18, 34},
                new long[] {clock.widen(14), clock.widen(1), clock.widen(15), clock.widen(2), clock.widen(10) + 8});
    }

    @Test
    void sensorsHaveTheirSize() throws IOException {
        Map<String, Case> cases = cases(10);
        for (String name : new String[] {"three.raw", "two.raw", "decoded.dat", "four.aedat4"}) {
            try (EventSource source = open(cases.get(name), cases.get(name).bytes)) {
                int width = name.equals("three.raw") ? 1280 : name.equals("four.aedat4") ? 346 : 640;
                int height = name.equals("three.raw") ? 720 : name.equals("four.aedat4") ? 260 : 480;
                assertEquals(width + " " + height, source.width() + " " + source.height(), name);
            }
        }
    }

    @Test
    void refusalsSayWhatAndWhere() throws IOException {
        Events events = Events.random(1, 10, 34, 34, 100);
        assertRefused("x.aedat4", EventFiles.aedat4(events, 3), "x.aedat4: is packed by Zstandard, which is not read");
        assertRefused("x", "hello".getBytes(StandardCharsets.US_ASCII), "x: is of no format of events");
        byte[] archive = EventFiles.npz(Events.random(1, 10, 34, 34, 9_000));
        String file = "is an archive of NumPy (.npz) or HDF5, which is read from a file, not from a stream";
        assertRefused("x.npz", archive, "x.npz: " + file);
        assertRefused("pipe", archive, "pipe: " + file);
        assertRefused("x.h5", "\u0089HDF\r\n\u001a\n".getBytes(StandardCharsets.ISO_8859_1), "x.h5: " + file);
        assertRefused("x.csv", "t,x,y,p\n1,2,3,1\n1,2;three,1\n", "x.csv: at byte 16 is a line without the numbers");
        assertRefused("x.csv", "x,y,p,1", "x.csv: at byte 0 are the columns [x, y, p, 1], expected t, x, y and p");
        assertRefused("x.csv", "1,2,40000,1\n", "x.csv: at byte 0 is the event t, x, y, p = [1, 2, 40000, 1]");
        assertRefused("x", "#!AER-DAT3.0\r\n", "x: starts with #!AER-DAT3.0, expected #!AER-DAT2.0, 3.1 or 4.0");
        assertRefused("x", "% evt 4.0\n% end\n", "x: is EVT 4.0, expected 2, 2.1 or 3");
        byte[] packed = EventFiles.aedat4(events, 1);
        packed[packed.length - 40] ^= 1; // in the last block
        assertRefused("x", packed, "is a packet that is no whole frame of LZ4");
    }

    private static void assertRefused(String name, String text, String message) {
        assertRefused(name, text.getBytes(StandardCharsets.US_ASCII), message);
    }

    private static void assertRefused(String name, byte[] bytes, String message) {
        assertPart(IOException.class, message, () -> readAll(EventSource.open(name, new ByteArrayInputStream(bytes))));
    }

    @Test
    void wordsWithoutEventsMayGoBeyondTheLastColumn() throws IOException {
        int[] words = {0x8001, 0x0005, 0x3FF8, 0x4000, 0x4000, 0x4000, 0x380A, 0x4001};
        ByteBuffer bytes = ByteBuffer.allocate(2 * words.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int word : words) {
            bytes.putShort((short) word);
        }
        Events found = readAll(EventSource.open("x.evt3", new ByteArrayInputStream(bytes.array())));
        assertSame(new Events(new long[] {4_096}, new int[] {10}, new int[] {5}, new int[] {1}), found);
    }

    /** A word of 8 or 12 pixels is followed by pixel 8 or 12, until the next base. */
    @Test
    void vectorsOfPixelsGoOnWhereTheLastOneEnded() throws IOException {
        int[] words = {0x8001, 0x0005, 0x300A, 0x5081, 0x5001, 0x4801, 0x5002, 0x3064, 0x4001, 0x4001};
        ByteBuffer bytes = ByteBuffer.allocate(2 * words.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int word : words) {
            bytes.putShort((short) word);
        }
        Events found = readAll(EventSource.open("x.evt3", new ByteArrayInputStream(bytes.array())));
        assertArrayEquals(new int[] {10, 17, 18, 26, 37, 39, 100, 112}, found.x());
    }

    @Test
    void theLastLineNeedsNoEnd() throws IOException {
        for (String last : new String[] {"1", "0", "-1"}) {
            byte[] text = ("1,2,3,1\n5,6,7," + last).getBytes(StandardCharsets.US_ASCII);
            try (EventSource source = EventSource.open("x.csv", new ByteArrayInputStream(text))) {
                assertEquals(2, readAll(source).size(), last);
                assertEquals("", source.cut());
            }
        }
    }

    @Test
    void numbersThatAreNoneAreRefused() {
        for (int place = 0; place < 2; place++) {
            ByteBuffer bytes = EventFiles.npyHeader("[('t', '<f4'), ('x', '<f4')]", 1, 8);
            bytes.putFloat(place == 0 ? Float.NaN : 1).putFloat(place == 0 ? 1 : Float.POSITIVE_INFINITY);
            String message = place == 0 ? "x.npy: has NaN as t of an event" : "x.npy: has Infinity as x of an event";
            assertRefused("x.npy", bytes.array(), message);
        }
    }

    @Test
    void itemsMayBeAligned() throws IOException {
        ByteBuffer bytes = EventFiles.npyHeader("[('t', '<i8'), ('p', '|u1'), ('', '|V3'), ('x', '<i4')]", 2, 16);
        bytes.putLong(7).put((byte) 1).position(bytes.position() + 3).putInt(300);
        bytes.putLong(9).put((byte) 0).position(bytes.position() + 3).putInt(20);
        Events found = readAll(EventSource.open("x.npy", new ByteArrayInputStream(bytes.array())));
        assertSame(new Events(new long[] {7, 9}, new int[] {300, 20}, new int[2], new int[] {1, 0}), found);
    }

    /** The buffer must hold one item, or a reader would never reach the end. */
    @Test
    void itemsAreShort() {
        String fields = "('t', '<i8'), ('x', '<i2')" + ", ('', '|V9999')".repeat(7);
        assertTimeoutPreemptively(
                Duration.ofMinutes(10),
                () -> assertRefused(
                        "x.npy",
                        EventFiles.npyHeader("[" + fields + "]", 2, 70_003).array(),
                        "x.npy: has items of [('t', '<i8'), ('x', '<i2'), ('', '|V9999')"));
    }

    @Test
    void archivesAreClosed() throws IOException {
        Events many = Events.random(1, 90_000, 34, 34, 9_000);
        Path file = Files.write(folder.resolve("many.npz"), EventFiles.npz(many));
        EventSource source = EventSource.open(file);
        EventBlock block = new EventBlock(64);
        assertTrue(source.read(block));
        source.close();
        assertPart(IOException.class, "many.npz: cannot be read", () -> readAll(source));
    }

    @Test
    void headersAreShort() throws IOException {
        assertRefused("x", "%\n".repeat(70_000), "is a header of more than 65536 lines, expected fewer");
        String lines = ("% format ".repeat(7_000) + "\n").repeat(10);
        byte[] text = lines.getBytes(StandardCharsets.US_ASCII);
        ThreadMXBean clock = ManagementFactory.getThreadMXBean();
        long start = clock.getCurrentThreadCpuTime();
        assertEquals(
                0,
                readAll(EventSource.open("x", new ByteArrayInputStream(text))).size());
        long nanoseconds = clock.getCurrentThreadCpuTime() - start;
        assertTrue(nanoseconds < 3_000_000_000L, nanoseconds + " ns of CPU time");
    }

    @Test
    void lz4ChecksWhatItUnpacks() throws IOException {
        assertEquals(0x02CC5D05, Lz4Frame.sum(new byte[0], 0, 0));
        assertEquals(0x32D153FF, Lz4Frame.sum("abc".getBytes(StandardCharsets.US_ASCII), 0, 3));
        SplittableRandom random = new SplittableRandom(1);
        EventInput input = new EventInput("x", java.nio.channels.Channels.newChannel(InputStream.nullInputStream()));
        for (int length : new int[] {0, 1, 5, 13, 100, 4_000, 70_000}) {
            byte[] content = new byte[length];
            for (int i = 0; i < length; i++) {
                content[i] = (byte) (i % 3_000 < 1_500 ? random.nextInt(3) : i > 40 ? content[i - 40] : 0);
            }
            assertEquals(XxHash.of(content), Lz4Frame.sum(content, 0, length));
            for (boolean checked : new boolean[] {true, false}) {
                byte[] packed = EventFiles.lz4(content, checked);
                Lz4Frame frame = new Lz4Frame();
                assertEquals(length, frame.unpack(packed, packed.length, 1 << 20, input, 0));
                assertArrayEquals(content, Arrays.copyOf(frame.bytes(), length));
                if (length == 4_000) {
                    assertTrue(packed.length < 3_000, "packed to " + packed.length);
                    assertThrows(IOException.class, () -> frame.unpack(packed, packed.length, 3_999, input, 0));
                }
            }
        }
    }
}
