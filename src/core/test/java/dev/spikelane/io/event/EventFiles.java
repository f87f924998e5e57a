package dev.spikelane.io.event;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes events in each format, from the formats' specifications. */
public final class EventFiles {

    private EventFiles() {}

    /** Events in arrays, polarity as 0 and 1. */
    @SuppressWarnings("ArrayRecordComponent")
    public record Events(long[] t, int[] x, int[] y, int[] p) {

        int size() {
            return t.length;
        }

        Events first(int count) {
            return new Events(
                    Arrays.copyOf(t, count), Arrays.copyOf(x, count), Arrays.copyOf(y, count), Arrays.copyOf(p, count));
        }

        /** Random events in order of time, often side by side as in vectors. */
        public static Events random(long seed, int count, int width, int height, int pause) {
            SplittableRandom random = new SplittableRandom(seed);
            Events made = new Events(new long[count], new int[count], new int[count], new int[count]);
            long time = 5;
            for (int i = 0; i < count; i++) {
                boolean beside = i > 0 && random.nextInt(3) > 0 && made.x[i - 1] < width - 2;
                time += beside ? 0 : random.nextInt(pause);
                made.t[i] = time;
                made.x[i] = beside ? made.x[i - 1] + 1 + random.nextInt(2) : random.nextInt(width);
                made.x[i] = Math.min(width - 1, made.x[i]);
                made.y[i] = beside ? made.y[i - 1] : random.nextInt(height);
                made.p[i] = beside ? made.p[i - 1] : random.nextInt(2);
            }
            return made;
        }
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] done(ByteBuffer buffer) {
        return Arrays.copyOf(buffer.array(), buffer.position());
    }

    private static ByteBuffer text(ByteBuffer buffer, String text) {
        return buffer.put(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** N-MNIST: an event below the picture advances time by 2^13 microseconds beyond 23 bits. */
    public static byte[] bin(Events events) {
        ByteBuffer out = ByteBuffer.allocate(events.size() * 5 + 100_000);
        long passed = 0;
        for (int i = 0; i < events.size(); i++) {
            while (events.t[i] - passed > 0x7F_FFFF) {
                out.put((byte) 0).put((byte) 240).put((byte) 0).put((byte) 0).put((byte) 0);
                passed += 1 << 13;
            }
            int time = (int) (events.t[i] - passed);
            out.put((byte) events.x[i]).put((byte) events.y[i]);
            out.put((byte) (events.p[i] << 7 | time >> 16))
                    .put((byte) (time >> 8))
                    .put((byte) time);
        }
        return done(out);
    }

    public static byte[] dat(Events events) {
        ByteBuffer out = little(events.size() * 8 + 200);
        text(out, "% Data file containing CD events\n% Version 2\n% Width 640\n% Height 480\n");
        out.put((byte) 12).put((byte) 8);
        for (int i = 0; i < events.size(); i++) {
            out.putInt((int) events.t[i]).putInt(events.x[i] | events.y[i] << 14 | events.p[i] << 28);
        }
        return done(out);
    }

    /** Writes events of a DVS128, or of a DAVIS with frames and pulses in between. */
    public static byte[] aedat2(Events events, boolean davis) {
        ByteBuffer out = ByteBuffer.allocate(events.size() * 16 + 300);
        text(out, "#!AER-DAT2.0\r\n# This is a raw AE data file - do not edit\r\n");
        text(out, davis ? "# AEChip: eu.seebetter.ini.chips.davis.Davis346B\r\n" : "# AEChip: DVS128\r\n");
        text(out, "#End Of ASCII Header\r\n");
        for (int i = 0; i < events.size(); i++) {
            int x = events.x[i];
            int y = events.y[i];
            int p = events.p[i];
            out.putInt(davis ? y << 22 | x << 12 | p << 11 : y << 8 | x << 1 | p)
                    .putInt((int) events.t[i]);
            if (i % 7 == 0) {
                out.putInt(davis ? 1 << 31 | x << 12 : 1 << 15).putInt((int) events.t[i]);
            }
        }
        return done(out);
    }

    /** Packets of events, some invalid, and packets of another type in between. */
    public static byte[] aedat3(Events events) {
        ByteBuffer out = little(events.size() * 24 + 100_000);
        text(out, "#!AER-DAT3.1\r\n#Format: RAW\r\n#Source 1: DVS128\r\n#!END-HEADER\r\n");
        for (int first = 0; first < events.size(); ) {
            int count = 0;
            while (first + count < events.size()
                    && count < 50
                    && events.t[first + count] >>> 31 == events.t[first] >>> 31) {
                count++;
            }
            packet(out, 2, 12, (int) (events.t[first] >>> 31), 3);
            out.put(new byte[36]);
            packet(out, 1, 8, (int) (events.t[first] >>> 31), 2 * count);
            for (int i = first; i < first + count; i++) {
                int word = events.x[i] << 17 | events.y[i] << 2 | events.p[i] << 1;
                out.putInt(word).putInt(0).putInt(word | 1).putInt((int) (events.t[i] & 0x7FFF_FFFF));
            }
            first += count;
        }
        return done(out);
    }

    private static void packet(ByteBuffer out, int type, int size, int overflow, int count) {
        out.putShort((short) type).putShort((short) 1).putInt(size).putInt(4).putInt(overflow);
        out.putInt(count).putInt(count).putInt(count);
    }

    /** Compression 0 (none), 1 (LZ4), 3 (Zstandard, only in the header). */
    public static byte[] aedat4(Events events, int compression) {
        ByteBuffer out = little(events.size() * 40 + 100_000);
        text(out, "#!AER-DAT4.0\r\n");
        String info = "<dv><attr key=\"sizeX\" type=\"int\">346</attr><attr key=\"sizeY\" type=\"int\">260</attr></dv>";
        ByteBuffer header = little(200 + info.length());
        // The vtable, then the table: compression, the table's position, the text.
        header.putInt(16).putShort((short) 0).putShort((short) 10).putShort((short) 20);
        header.putShort((short) 4).putShort((short) 8).putShort((short) 16);
        header.position(16).putInt(10).putInt(compression);
        int table = header.position();
        header.putLong(-1).putInt(4).putInt(info.length());
        text(header, info).put((byte) 0);
        out.putInt(header.position());
        int start = out.position();
        out.put(done(header));
        ByteBuffer other = little(16).putInt(12).putInt(4);
        text(other, "IMUS").putInt(0);
        for (int first = 0; first < events.size(); first += 300) {
            data(out, 1, other.array(), compression);
            data(out, 0, flat(events, first, Math.min(events.size(), first + 300)), compression);
        }
        out.putLong(start + table, out.position());
        text(out, "the table of packets");
        return done(out);
    }

    private static byte[] flat(Events events, int first, int end) {
        ByteBuffer out = little(32 + 16 * (end - first));
        out.putInt(out.capacity() - 4).putInt(16);
        text(out, "EVTS")
                .putShort((short) 0)
                .putShort((short) 6)
                .putShort((short) 8)
                .putShort((short) 4);
        out.putInt(6).putInt(4).putInt(end - first); // back to the fields, on to the vector, its length
        for (int i = first; i < end; i++) {
            out.putLong(events.t[i]).putShort((short) events.x[i]).putShort((short) events.y[i]);
            out.put((byte) events.p[i]).put(new byte[3]);
        }
        return done(out);
    }

    private static void data(ByteBuffer out, int stream, byte[] content, int compression) {
        byte[] stored = compression == 1 ? lz4(content, stream == 0) : content;
        out.putInt(stream).putInt(stored.length).put(stored);
    }

    /** Writes an LZ4 frame with compressed and some stored blocks, with or without checksums and the size. */
    public static byte[] lz4(byte[] content, boolean checked) {
        ByteBuffer out = little(2 * content.length + 100);
        out.putInt(0x184D2204).put((byte) (checked ? 0x5C : 0x40)).put((byte) 0x40);
        if (checked) {
            out.putLong(content.length);
        }
        out.put((byte) (XxHash.of(Arrays.copyOfRange(out.array(), 4, out.position())) >>> 8));
        for (int first = 0; first < content.length; first += 1_000) {
            int end = Math.min(content.length, first + 1_000);
            boolean stored = first / 1_000 % 4 == 3;
            byte[] block = stored ? Arrays.copyOfRange(content, first, end) : block(content, first, end);
            out.putInt(block.length | (stored ? 1 << 31 : 0)).put(block);
            if (checked) {
                out.putInt(XxHash.of(block));
            }
        }
        out.putInt(0);
        if (checked) {
            out.putInt(XxHash.of(content));
        }
        return done(out);
    }

    /** Greedy matches, also into earlier blocks; the last bytes are literals. */
    private static byte[] block(byte[] content, int first, int end) {
        ByteBuffer out = little(2 * (end - first) + 64);
        Map<Integer, Integer> seen = new HashMap<>();
        ByteBuffer words = ByteBuffer.wrap(content);
        for (int i = Math.max(0, first - 60_000); i < first; i++) {
            seen.put(words.getInt(i), i);
        }
        int literals = first;
        int at = first;
        while (at < end - 12) {
            Integer match = seen.put(words.getInt(at), at);
            int length = 0;
            while (match != null && at + length < end - 5 && content[match + length] == content[at + length]) {
                length++;
            }
            if (match == null || length < 4 || at - match > 65_535) {
                at++;
                continue;
            }
            sequence(out, content, literals, at, at - match, length);
            at += length;
            literals = at;
        }
        sequence(out, content, literals, end, 0, 0);
        return done(out);
    }

    private static void sequence(ByteBuffer out, byte[] content, int from, int to, int distance, int length) {
        int token = Math.min(15, to - from) << 4 | Math.min(15, Math.max(0, length - 4));
        out.put((byte) token);
        more(out, to - from);
        out.put(content, from, to - from);
        if (distance > 0) {
            out.putShort((short) distance);
            more(out, length - 4);
        }
    }

    private static void more(ByteBuffer out, int count) {
        for (int left = count - 15; left >= 0; left -= 255) {
            out.put((byte) Math.min(255, left));
            if (left < 255) {
                return;
            }
        }
    }

    public static byte[] evt2(Events events) {
        ByteBuffer out = little(events.size() * 24 + 100_000);
        text(out, "% evt 2.0\n% format EVT2;height=480;width=640\n% geometry 640x480\n% end\n");
        out.putInt(1 << 28 | 3 << 11); // no time yet
        long high = -1;
        for (int i = 0; i < events.size(); i++) {
            if (events.t[i] >>> 6 != high) {
                high = events.t[i] >>> 6;
                out.putInt(8 << 28 | (int) (high & 0xFFF_FFFF)).putInt(0xA << 28 | 1);
            }
            int low = (int) (events.t[i] & 63);
            out.putInt(events.p[i] << 28 | low << 22 | events.x[i] << 11 | events.y[i]);
        }
        return done(out);
    }

    public static byte[] evt21(Events events, boolean legacy) {
        ByteBuffer out = little(events.size() * 24 + 100_000);
        text(out, "% evt 2.1\n" + (legacy ? "% format EVT21;endianness=legacy\n" : "") + "% end\n");
        long high = -1;
        for (int i = 0; i < events.size(); ) {
            if (events.t[i] >>> 6 != high) {
                high = events.t[i] >>> 6;
                wide(out, 8L << 60 | (high & 0xFFF_FFFF) << 32, legacy);
            }
            int base = events.x[i] & ~31;
            int mask = 0;
            int from = i;
            int last = -1;
            for (; i < events.size() && same(events, from, i) && events.x[i] - base < 32 && events.x[i] > last; i++) {
                last = events.x[i];
                mask |= 1 << last - base;
            }
            long low = events.t[from] & 63;
            long word = (long) events.p[from] << 60 | low << 54 | (long) base << 43 | (long) events.y[from] << 32;
            wide(out, word | Integer.toUnsignedLong(mask), legacy);
        }
        return done(out);
    }

    private static void wide(ByteBuffer out, long word, boolean legacy) {
        out.putLong(legacy ? Long.rotateLeft(word, 32) : word);
    }

    private static boolean same(Events events, int a, int b) {
        return events.t[a] == events.t[b] && events.y[a] == events.y[b] && events.p[a] == events.p[b];
    }

    /** Vectors of 12 and 8 for adjacent pixels, otherwise single events. */
    public static byte[] evt3(Events events) {
        ByteBuffer out = little(events.size() * 24 + 100_000);
        text(out, "% evt 3.0\n% geometry 1280x720\n% end\n");
        out.putShort((short) (0x2 << 12 | 3)); // no time yet
        long time = -1;
        for (int i = 0; i < events.size(); ) {
            if (events.t[i] != time) {
                if (time < 0 || events.t[i] >>> 12 != time >>> 12) {
                    out.putShort((short) (0x8 << 12 | events.t[i] >>> 12 & 0xFFF));
                }
                time = events.t[i];
                out.putShort((short) (0x6 << 12 | time & 0xFFF)).putShort((short) (0xA << 12 | 1));
            }
            out.putShort((short) events.y[i]);
            int base = events.x[i];
            int end = i + 1;
            while (end < events.size()
                    && same(events, i, end)
                    && events.x[end] > events.x[end - 1]
                    && events.x[end] - base < 20) {
                end++;
            }
            if (end == i + 1) {
                out.putShort((short) (0x2 << 12 | events.p[i] << 11 | base));
            } else {
                int mask = 0;
                for (int j = i; j < end; j++) {
                    mask |= 1 << events.x[j] - base;
                }
                out.putShort((short) (0x3 << 12 | events.p[i] << 11 | base));
                out.putShort((short) (0x4 << 12 | mask & 0xFFF)).putShort((short) (0x5 << 12 | mask >>> 12));
            }
            i = end;
        }
        return done(out);
    }

    public static byte[] csv(Events events, boolean named) {
        StringBuilder out = new StringBuilder(named ? "x,y,p,t\n" : "");
        for (int i = 0; i < events.size(); i++) {
            out.append(
                    named
                            ? events.x[i] + "," + events.y[i] + "," + events.p[i] + "," + events.t[i] + "\r\n"
                            : String.format(
                                    Locale.ROOT,
                                    "%d.%06d %d %d %d\n",
                                    events.t[i] / 1_000_000,
                                    events.t[i] % 1_000_000,
                                    events.x[i],
                                    events.y[i],
                                    events.p[i]));
        }
        return out.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** As in tonic: int16, int16, bool and int64. */
    public static byte[] npy(Events events) {
        ByteBuffer out = npyHeader("[('x', '<i2'), ('y', '<i2'), ('p', '|b1'), ('t', '<i8')]", events.size(), 13);
        for (int i = 0; i < events.size(); i++) {
            out.putShort((short) events.x[i]).putShort((short) events.y[i]).put((byte) events.p[i]);
            out.putLong(events.t[i]);
        }
        return done(out);
    }

    static ByteBuffer npyHeader(String code, int count, int itemBytes) {
        String text = "{'descr': " + code + ", 'fortran_order': False, 'shape': (" + count + ",), }\n";
        ByteBuffer out = little(10 + text.length() + count * itemBytes);
        out.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0}).putShort((short) text.length());
        return text(out, text);
    }

    /** An array for each field, as in SpikingJelly, deflated. */
    public static byte[] npz(Events events) throws java.io.IOException {
        ByteBuffer t = npyHeader("'<f8'", events.size(), 8);
        ByteBuffer x = npyHeader("'>u2'", events.size(), 2).order(ByteOrder.BIG_ENDIAN);
        ByteBuffer y = npyHeader("'<i4'", events.size(), 4);
        ByteBuffer p = npyHeader("'|u1'", events.size(), 1);
        for (int i = 0; i < events.size(); i++) {
            t.putDouble(events.t[i] / 1e6);
            x.putShort((short) events.x[i]);
            y.putInt(events.y[i]);
            p.put((byte) events.p[i]);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes)) {
            for (var each : Map.of("t", t, "x", x, "y", y, "p", p).entrySet()) {
                out.putNextEntry(new ZipEntry(each.getKey() + ".npy"));
                out.write(done(each.getValue()));
            }
        }
        return bytes.toByteArray();
    }

    /** One structured array in a stored archive. */
    public static byte[] npzOfOne(Events events) throws java.io.IOException {
        byte[] content = npy(events);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes)) {
            ZipEntry entry = new ZipEntry("arr_0.npy");
            entry.setMethod(ZipEntry.STORED);
            entry.setSize(content.length);
            CRC32 sum = new CRC32();
            sum.update(content);
            entry.setCrc(sum.getValue());
            out.putNextEntry(entry);
            out.write(content);
        }
        return bytes.toByteArray();
    }
}
