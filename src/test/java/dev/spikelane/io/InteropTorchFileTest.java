package dev.spikelane.io;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.golden.GoldenSet;
import dev.spikelane.golden.InteropFiles;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that {@code torch.save} wrote hold the tensors that torch has; all else is refused by name. */
@EveryWidth
final class InteropTorchFileTest {

    @TempDir
    private Path folder;

    @Test
    void filesHoldTheTensorsOfTorch() {
        GoldenSet.interop("pth")
                .check(golden -> InteropFiles.read(golden, folder, (file, facts) -> {
                    TensorFile content = TensorFile.read(file);
                    Safetensors expected = Safetensors.read(
                            "expected",
                            new ByteArrayInputStream(
                                    golden.file(facts.path("tensors").asText())));
                    compare(expected, content);
                    compare(expected, TorchFile.read("stream", new ByteArrayInputStream(Files.readAllBytes(file))));
                    compare(expected, TensorFile.read(file));
                    if (!golden.outputs().isEmpty()) {
                        StateDictRun.check(golden, content);
                    }
                    return content.warnings();
                }));
    }

    private static void compare(TensorFile expected, TensorFile content) {
        TreeSet<String> names = new TreeSet<>();
        for (Tensor tensor : content.tensors()) {
            Tensor same = expected.tensor(tensor.name());
            assertEquals(same.toString(), tensor.toString());
            assertEquals(-1, same.bytes().mismatch(tensor.bytes()), tensor::toString);
            names.add(tensor.name());
        }
        assertEquals(expected.tensors().size(), names.size(), names::toString);
    }
}
