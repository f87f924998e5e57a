package dev.spikelane.io.event;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Writes an HDF5 file like the Spiking Heidelberg Digits, from the format's specification: arrays of different lengths
 * in global heaps, headers of version 1, links in the headers of groups.
 */
public final class HdfEventFile {

    private final ByteBuffer out;

    private HdfEventFile(int bytes) {
        out = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        out.position(96);
    }

    /** Writes recordings: times in seconds of 16 bits, units, and labels. */
    public static byte[] of(float[][] times, int[][] units, int[] labels) {
        int spikes = Arrays.stream(units).mapToInt(each -> each.length).sum();
        HdfEventFile file = new HdfEventFile(8_192 + 4 * spikes + 200 * labels.length);
        byte[][] seconds = new byte[labels.length][];
        byte[][] places = new byte[labels.length][];
        for (int i = 0; i < labels.length; i++) {
            ByteBuffer time = little(2 * times[i].length);
            ByteBuffer unit = little(2 * units[i].length);
            for (int j = 0; j < times[i].length; j++) {
                time.putShort(Float.floatToFloat16(times[i][j]));
                unit.putShort((short) units[i][j]);
            }
            seconds[i] = time.array();
            places[i] = unit.array();
        }
        byte[] half = little(20)
                .put(new byte[] {0x11, 0x20, 15, 0})
                .putInt(2)
                .putShort((short) 0)
                .putShort((short) 16)
                .put(new byte[] {10, 5, 0, 10})
                .putInt(15)
                .array();
        byte[] whole = little(12)
                .put(new byte[] {0x10, 0, 0, 0})
                .putInt(2)
                .putShort((short) 0)
                .putShort((short) 16)
                .array();
        long timesAt = file.ragged(seconds, half);
        long unitsAt = file.ragged(places, whole);
        ByteBuffer numbers = little(4 * labels.length);
        for (int label : labels) {
            numbers.putInt(label);
        }
        byte[] wide =
                little(12).put(whole).putInt(4, 4).putShort(10, (short) 32).array();
        long labelsAt = file.dataset(numbers.array(), labels.length, wide);
        long group = file.group(List.of("times", "units"), timesAt, unitsAt);
        long root = file.group(List.of("spikes", "labels"), group, labelsAt);
        return file.whole(root);
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private long ragged(byte[][] arrays, byte[] type) {
        ByteBuffer references = little(16 * arrays.length);
        for (byte[] each : arrays) {
            align();
            long heap = out.position();
            int padded = each.length + 7 & ~7;
            out.put("GCOL".getBytes(StandardCharsets.US_ASCII))
                    .put(new byte[] {1, 0, 0, 0})
                    .putLong(32 + padded + 16);
            out.putShort((short) 1)
                    .putShort((short) 0)
                    .putInt(0)
                    .putLong(each.length)
                    .put(each);
            align();
            out.putLong(0).putLong(16);
            references.putInt(each.length / 2).putLong(heap).putInt(1);
        }
        byte[] sequence = little(8 + type.length)
                .put(new byte[] {0x19, 0, 0, 0})
                .putInt(16)
                .put(type)
                .array();
        return dataset(references.array(), arrays.length, sequence);
    }

    private long dataset(byte[] data, int count, byte[] type) {
        align();
        long at = out.position();
        out.put(data);
        byte[] space = little(16)
                .put(new byte[] {1, 1, 0, 0, 0, 0, 0, 0})
                .putLong(count)
                .array();
        byte[] layout = little(18)
                .put(new byte[] {3, 1})
                .putLong(at)
                .putLong(data.length)
                .array();
        return header(List.of(1, 3, 8), List.of(space, type, layout));
    }

    private long group(List<String> names, long... addresses) {
        List<Integer> types = new ArrayList<>(List.of(2));
        List<byte[]> messages = new ArrayList<>();
        messages.add(little(18).put(new byte[] {0, 0}).putLong(-1).putLong(-1).array());
        for (int i = 0; i < names.size(); i++) {
            byte[] name = names.get(i).getBytes(StandardCharsets.US_ASCII);
            types.add(6);
            messages.add(little(11 + name.length)
                    .put(new byte[] {1, 0, (byte) name.length})
                    .put(name)
                    .putLong(addresses[i])
                    .array());
        }
        return header(types, messages);
    }

    private long header(List<Integer> types, List<byte[]> messages) {
        align();
        long at = out.position();
        int size =
                messages.stream().mapToInt(each -> 8 + (each.length + 7 & ~7)).sum();
        out.put(new byte[] {1, 0})
                .putShort((short) types.size())
                .putInt(1)
                .putInt(size)
                .putInt(0);
        for (int i = 0; i < types.size(); i++) {
            byte[] message = messages.get(i);
            out.putShort(types.get(i).shortValue())
                    .putShort((short) (message.length + 7 & ~7))
                    .putInt(0)
                    .put(message);
            align();
        }
        return at;
    }

    private void align() {
        out.position(out.position() + 7 & ~7);
    }

    private byte[] whole(long root) {
        int end = out.position();
        out.position(0);
        out.put(new byte[] {(byte) 0x89, 'H', 'D', 'F', '\r', '\n', 0x1A, '\n', 0, 0, 0, 0, 0, 8, 8, 0});
        out.putShort((short) 4)
                .putShort((short) 16)
                .putInt(0)
                .putLong(0)
                .putLong(-1)
                .putLong(end)
                .putLong(-1);
        out.putLong(0).putLong(root).putInt(0).putInt(0);
        return Arrays.copyOf(out.array(), end);
    }
}
