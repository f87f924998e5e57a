package dev.spikelane.model;

import static dev.spikelane.Failures.assertStart;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.io.Tensor;
import dev.spikelane.io.Tensors;
import dev.spikelane.memory.FloatMatrix;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** In files without an order, names determine the order of layers, or the file is refused. */
final class StateDictNamesTest {

    private final List<Tensor> tensors = new ArrayList<>();

    private StateDictNamesTest linear(String name, int outputs, int inputs) {
        tensors.add(Tensor.of(name + ".weight", FloatMatrix.zeros(outputs, inputs), List.of(outputs, inputs)));
        return this;
    }

    private StateDictNamesTest leaky(String name) {
        for (String value : List.of("beta", "threshold", "graded_spikes_factor")) {
            tensors.add(Tensor.of(name + "." + value, FloatMatrix.vector(1), List.of()));
        }
        MemorySegment subtracts = MemorySegment.ofArray(new byte[Long.BYTES]);
        tensors.add(Tensor.of(name + ".reset_mechanism_val", Tensor.Type.I64, List.of(), subtracts));
        return this;
    }

    private StateDict state() {
        return StateDict.of("net", Tensors.of(Map.of(), tensors));
    }

    /** All numbers count in names of blocks. */
    @Test
    void allNumbersInNamesCount() throws IOException {
        linear("layer2.0", 2, 3).leaky("layer2.1").linear("layer10.0", 4, 2).leaky("layer10.1");
        linear("layer1.0", 3, 5).leaky("layer1.1");
        assertEquals(
                List.of(3, 2, 4),
                state().network().populations().stream()
                        .map(each -> each.size())
                        .toList());
    }

    /** Two layers of weights would become one path without neurons. */
    @Test
    void namesThatDoNotTellAnOrderAreRefused() {
        linear("first", 8, 8).leaky("lif").linear("second", 8, 8);
        assertStart(
                IOException.class,
                "net: the names of its layers 'first' and 'second' do not tell which comes first",
                () -> state().network());
    }
}
