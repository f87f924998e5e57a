package dev.spikelane.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.spikelane.EveryWidth;
import dev.spikelane.fixture.FolderCase;
import dev.spikelane.golden.GoldenSet;
import dev.spikelane.golden.InteropFiles;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Files of {@code torch.save} have torch's tensors; everything else is refused by name. */
@EveryWidth
final class InteropTorchFileTest extends FolderCase {

    @Test
    void filesHoldTheTensorsOfTorch() {
        GoldenSet.interop("pth")
                .check(golden -> InteropFiles.read(golden, folder, (file, facts) -> {
                    Tensors content = Tensors.read(file);
                    Tensors expected = Tensors.read(
                            "expected",
                            new ByteArrayInputStream(
                                    golden.file(facts.path("tensors").asText())));
                    compare(expected, content);
                    compare(
                            expected,
                            Tensors.read(
                                    "stream",
                                    new ByteArrayInputStream(Files.readAllBytes(file)),
                                    Tensors.Format.PYTORCH));
                    compare(expected, Tensors.read(file));
                    assertThrows(IllegalStateException.class, () -> content.write(file));
                    if (!golden.outputs().isEmpty()) {
                        StateDictRun.check(golden, content);
                    }
                    return content.warnings();
                }));
    }

    private static void compare(Tensors expected, Tensors content) {
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
