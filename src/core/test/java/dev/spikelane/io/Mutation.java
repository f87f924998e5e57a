package dev.spikelane.io;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Damages files at random, reproducibly for a seed. */
public final class Mutation {

    private static final int[] NUMBERS = {0, 1, -1, 0x7F, 0x80, 0xFF, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000};

    private final SplittableRandom random;

    public Mutation(long seed) {
        this.random = new SplittableRandom(seed);
    }

    /** Returns one of several files with one to four faults. */
    public byte[] of(byte[]... files) {
        byte[] broken = files[random.nextInt(files.length)].clone();
        int faults = 1 + random.nextInt(4);
        for (int i = 0; i < faults; i++) {
            broken = broken.length == 0 ? broken : fault(broken);
        }
        return broken;
    }

    /** Returns one of several stored archives with faults in a member, whose checksum is corrected. */
    byte[] inside(byte[]... archives) throws IOException {
        Map<String, byte[]> members = new LinkedHashMap<>();
        for (ZipMember each :
                ZipArchive.members("", MemorySegment.ofArray(archives[random.nextInt(archives.length)]))) {
            members.put(each.name(), each.packed().toArray(ValueLayout.JAVA_BYTE));
        }
        int chosen = random.nextInt(4) == 0 ? random.nextInt(members.size()) : 0;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> each : members.entrySet()) {
                byte[] content = chosen-- == 0 ? of(each.getValue()) : each.getValue();
                ZipEntry entry = new ZipEntry(each.getKey());
                entry.setMethod(ZipEntry.STORED);
                entry.setSize(content.length);
                CRC32 sum = new CRC32();
                sum.update(content);
                entry.setCrc(sum.getValue());
                out.putNextEntry(entry);
                out.write(content);
            }
        }
        return bytes.toByteArray();
    }

    private byte[] fault(byte[] file) {
        int at = random.nextInt(file.length);
        int early = random.nextInt(Math.min(file.length, 256)); // near headers
        int place = random.nextBoolean() ? at : early;
        switch (random.nextInt(8)) {
            case 0 -> file[place] = (byte) random.nextInt(256);
            case 1 -> file[place] ^= (byte) (1 << random.nextInt(8));
            case 2 -> file[place]++;
            case 3 -> put(file, place, NUMBERS[random.nextInt(NUMBERS.length)]);
            case 4 -> {
                return Arrays.copyOf(file, place);
            }
            case 5 -> {
                return spliced(file, place, Math.min(file.length, place + 1 + random.nextInt(16)), place);
            }
            case 6 -> {
                int from = random.nextInt(file.length);
                return spliced(file, place, from, Math.min(file.length, from + 1 + random.nextInt(64)));
            }
            default -> file[place] = (byte) "0123456789{}[]\",:-(.".charAt(random.nextInt(20));
        }
        return file;
    }

    /** Cuts out a range if {@code to} is larger, otherwise repeats one. */
    private static byte[] spliced(byte[] file, int place, int from, int to) {
        ByteArrayOutputStream made = new ByteArrayOutputStream();
        made.write(file, 0, place);
        if (to > from) {
            made.write(file, from, to - from);
            made.write(file, place, file.length - place);
        } else {
            made.write(file, from, file.length - from);
        }
        return made.toByteArray();
    }

    private static void put(byte[] file, int at, int number) {
        for (int i = 0; i < Integer.BYTES && at + i < file.length; i++) {
            file[at + i] = (byte) (number >> 8 * i);
        }
    }
}
