package dev.spikelane.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.spikelane.EveryWidth;
import dev.spikelane.fixture.FolderCase;
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

/** Files of NumPy have NumPy's values; damaged ones are refused by name. */
@EveryWidth
final class InteropNpzTest extends FolderCase {

    @Test
    void archivesHoldWhatNumPyReads() {
        GoldenSet.interop("npz")
                .check(golden -> InteropFiles.read(golden, folder, (file, facts) -> archive(golden, file, facts)));
    }

    private List<String> archive(GoldenCase golden, Path file, JsonNode facts) throws Exception {
        Tensors content = Tensors.read(file, Tensors.Format.NUMPY);
        compare(facts, content);
        compare(
                facts,
                Tensors.read("stream", new ByteArrayInputStream(Files.readAllBytes(file)), Tensors.Format.NUMPY));
        Path copy = folder.resolve("copy.npz");
        Tensors.of(Tensors.Format.NUMPY, content.tensors()).write(copy);
        compare(facts, Tensors.read(copy, Tensors.Format.NUMPY));
        assertEquals(content.tensors().toString(), Tensors.read(copy).tensors().toString());
        for (int i = 0; i < content.tensors().size(); i++) {
            Tensor tensor = content.tensors().get(i);
            assertEquals(
                    -1,
                    tensor.bytes()
                            .mismatch(Tensors.read(copy, Tensors.Format.NUMPY)
                                    .tensors()
                                    .get(i)
                                    .bytes()),
                    tensor::toString);
        }
        String net = golden.fact("same_net_as").asText();
        GoldenSet.interop("safetensors").cases().stream()
                .filter(other -> other.name().equals(net))
                .forEach(other -> StateDictRun.check(other, content));
        return content.warnings();
    }

    private static void compare(JsonNode facts, Tensors content) {
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
                    Tensors content = Tensors.read(file, Tensors.Format.NUMPY);
                    TensorExpectation.check(facts, content.tensors().getFirst());
                    Tensors.of(Tensors.Format.NUMPY, content.tensors()).write(folder.resolve("copy.npz"));
                    Tensors copy = Tensors.read(folder.resolve("copy.npz"), Tensors.Format.NUMPY);
                    TensorExpectation.check(facts, copy.tensor(""));
                    return content.warnings();
                }));
    }
}
