package dev.spikelane.train.run;

import dev.spikelane.io.Tensor;
import dev.spikelane.io.Tensors;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/** The checksum of a checkpoint. It detects a flipped bit of a weight, which would still be a valid weight. */
public final class CheckpointSum {

    static final String NAME = "checksum";

    private static final long MOST_BYTES_AT_ONCE = 1L << 30;

    private final CRC32C sum = new CRC32C();

    private CheckpointSum() {}

    /** Returns the checksum of all other texts and all tensors, in the order of their names. */
    public static String of(Tensors content) {
        CheckpointSum all = new CheckpointSum();
        new TreeMap<>(content.metadata()).forEach((name, text) -> {
            if (!name.equals(NAME)) {
                all.add(name);
                all.add(text);
            }
        });
        List<Tensor> tensors = content.tensors().stream()
                .sorted(Comparator.comparing(Tensor::name))
                .toList();
        for (Tensor tensor : tensors) {
            all.add(tensor.name());
            all.add(tensor.type() + " " + tensor.shape());
            all.add(tensor.bytes());
        }
        return Long.toHexString(all.sum.getValue());
    }

    private void add(String text) {
        sum.update(text.getBytes(StandardCharsets.UTF_8));
        sum.update(0);
    }

    private void add(MemorySegment bytes) {
        for (long at = 0; at < bytes.byteSize(); at += MOST_BYTES_AT_ONCE) {
            sum.update(bytes.asSlice(at, Math.min(MOST_BYTES_AT_ONCE, bytes.byteSize() - at))
                    .asByteBuffer());
        }
    }
}
