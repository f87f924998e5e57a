package dev.spikelane.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.spikelane.EveryWidth;
import dev.spikelane.golden.GoldenCase;
import dev.spikelane.golden.GoldenSet;
import dev.spikelane.golden.InteropFiles;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that NumPy wrote are read as it reads them; broken ones are refused by name. */
@EveryWidth
final class InteropNpzTest {

    @TempDir
    private Path folder;

    @Test
    void archivesHoldWhatNumPyReads() {
        GoldenSet.interop("npz")
                .check(golden -> InteropFiles.read(golden, folder, (file, facts) -> archive(golden, file, facts)));
    }

    private List<String> archive(GoldenCase golden, Path file, JsonNode facts) throws Exception {
        Npz content = Npz.read(file);
        compare(facts, content);
        compare(facts, Npz.read("stream", new ByteArrayInputStream(Files.readAllBytes(file))));
        Path copy = folder.resolve("copy.npz");
        Npz.of(content.tensors()).write(copy);
        compare(facts, Npz.read(copy));
        assertEquals(
                content.tensors().toString(), TensorFile.read(copy).tensors().toString());
        for (int i = 0; i < content.tensors().size(); i++) {
            Tensor tensor = content.tensors().get(i);
            assertEquals(
                    -1, tensor.bytes().mismatch(Npz.read(copy).tensors().get(i).bytes()), tensor::toString);
        }
        String net = golden.fact("same_net_as").asText();
        GoldenSet.interop("safetensors").cases().stream()
                .filter(other -> other.name().equals(net))
                .forEach(other -> StateDictRun.check(other, content));
        return content.warnings();
    }

    private static void compare(JsonNode facts, Npz content) {
        Set<String> names = new HashSet<>();
        for (var each : facts.path("arrays").properties()) {
            if (each.getValue().path("expect").asText("accept").equals("accept")) {
                names.add(each.getKey());
                TensorExpectation.check(each.getValue(), content.tensor(each.getKey()));
            }
        }
        if (facts.has("arrays")) {
            content.tensors().forEach(each -> assertTrue(names.contains(each.name()), each::toString));
        }
    }

    @Test
    void arraysHoldWhatNumPyReads() {
        GoldenSet.interop("npy")
                .check(golden -> InteropFiles.read(golden, folder, (file, facts) -> {
                    Npz content = Npz.read(file);
                    TensorExpectation.check(facts, content.tensors().getFirst());
                    Npz.of(content.tensors()).write(folder.resolve("copy.npz"));
                    Npz copy = Npz.read(folder.resolve("copy.npz"));
                    TensorExpectation.check(facts, copy.tensor(""));
                    return content.warnings();
                }));
    }
}
