package dev.spikelane.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.fixture.FolderCase;
import dev.spikelane.golden.GoldenCase;
import dev.spikelane.golden.GoldenSet;
import dev.spikelane.golden.InteropFiles;
import java.io.ByteArrayInputStream;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** IDX files, plain and gzip, have NumPy's values; damaged ones are refused by name. */
final class InteropIdxTest extends FolderCase {

    @Test
    void filesHoldTheirBytes() {
        GoldenSet.interop("idx")
                .check(golden -> InteropFiles.read(golden, folder, (file, facts) -> {
                    Idx idx = Idx.read(file);
                    if (facts.path("expect").asText().contains("as images")) {
                        idx.images(Arena.ofAuto());
                    }
                    if (facts.has("values")) {
                        compare(golden, facts.path("values").asText(), idx);
                        Idx streamed = Idx.read("stream", new ByteArrayInputStream(Files.readAllBytes(file)));
                        assertArrayEquals(idx.toArray(), streamed.toArray());
                    }
                    List<Integer> shape = new ArrayList<>();
                    facts.path("shape").forEach(size -> shape.add(size.intValue()));
                    assertEquals(facts.has("shape") ? shape : idx.shape(), idx.shape());
                    return List.of();
                }));
    }

    /** The bytes are at the end of NumPy's file. */
    private static void compare(GoldenCase golden, String values, Idx idx) {
        byte[] stored = golden.file(values);
        byte[] bytes = idx.toArray();
        assertArrayEquals(Arrays.copyOfRange(stored, stored.length - bytes.length, stored.length), bytes, values);
    }
}
