package dev.spikelane.model.c;

import dev.spikelane.description.InputDescription;
import dev.spikelane.description.NetworkDescription;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The self-test of a file: it runs the network on random inputs and compares its spikes with the library's. */
final class CSelfTest {

    private final NetworkDescription declared;
    private final CNetwork.Options options;
    private int seed = 1;

    private CSelfTest(NetworkDescription declared, CNetwork.Options options) {
        this.declared = declared;
        this.options = options;
    }

    static String text(Network network, String prefix, CNetwork.Options options) {
        return new CSelfTest(network.laidOut().description(), options).all(network, prefix);
    }

    private int draw() {
        seed ^= seed << 13;
        seed ^= seed >>> 17;
        seed ^= seed << 5;
        return seed;
    }

    /** Returns spikes with probability 1/4, or values from 0 to 1. */
    private Map<String, Signal> inputs() {
        int steps = options.testSteps();
        Map<String, Signal> inputs = new LinkedHashMap<>();
        for (InputDescription input : declared.inputs()) {
            int size = input.shape().size();
            inputs.put(
                    input.name(), options.values() ? FloatMatrix.zeros(steps, size) : SpikeMatrix.zeros(steps, size));
        }
        for (int step = 0; step < steps; step++) {
            for (Signal rows : inputs.values()) {
                for (int i = 0; i < rows.columns(); i++) {
                    if (step % options.stepsOfInput() > 0) {
                        ((FloatMatrix) rows).set(step, i, ((FloatMatrix) rows).get(step - 1, i));
                        continue;
                    }
                    int drawn = draw();
                    if (rows instanceof FloatMatrix values) {
                        values.set(step, i, (drawn >>> 8) * 0x1p-24f);
                    } else {
                        ((SpikeMatrix) rows).set(step, i, drawn >>> 30 == 0);
                    }
                }
            }
        }
        return inputs;
    }

    private static String random(String prefix) {
        return CText.of("""

            #ifdef %s_TEST
            #include <stdio.h>
            #include <stdlib.h>
            #include <time.h>

            static uint32_t seed;

            static uint32_t draw(void)
            {
                seed ^= seed << 13;
                seed ^= seed >> 17;
                seed ^= seed << 5;
                return seed;
            }

            """, prefix);
    }

    private String all(Network network, String prefix) {
        StringBuilder text = new StringBuilder(random(prefix.toUpperCase(Locale.ROOT)));
        List<SpikeMatrix> golden = golden(network);
        List<String> arguments = new ArrayList<>();
        StringBuilder draws = new StringBuilder();
        for (int i = 0; i < declared.inputs().size(); i++) {
            int size = declared.inputs().get(i).shape().size();
            text.append(CText.of("static %s in%d[%d];\n", options.values() ? "float" : "uint8_t", i, size));
            String drawn = options.values() ? "(float) (draw() >> 8) * 0x1p-24f" : "draw() >> 30 == 0";
            draws.append(CText.of("""
                            for (int i = 0; step %% %d == 0 && i < %d; i++) {
                                in%d[i] = %s;
                            }
                    """, options.stepsOfInput(), size, i, drawn));
            arguments.add("in" + i);
        }
        StringBuilder compares = new StringBuilder();
        for (int i = 0; i < golden.size(); i++) {
            int size = golden.get(i).columns();
            text.append(CText.of("static uint8_t out%d[%d];\n", i, size));
            golden(golden.get(i), "golden" + i, text);
            compares.append(CText.of("""
                            for (int i = 0; i < %2$d; i++) {
                                same &= out%1$d[i] == (golden%1$d[step][i / 8] >> i %% 8 & 1);
                                spikes += out%1$d[i];
                            }
                    """, i, size));
            arguments.add("out" + i);
        }
        String call = CText.of("%s_step(%s)", prefix, String.join(", ", arguments));
        return text.append(CText.of("""

                int main(int count, char **arguments)
                {
                    long spikes = 0;
                    int same = 1;
                    seed = 1;
                    %5$s_reset();
                    for (int step = 0; step < %1$d; step++) {
                %2$s        %3$s;
                %4$s    }
                    printf("%1$d steps, %%ld spikes, %%s\\n", spikes, same ? "as expected" : "NOT as expected");
                    long steps = count > 1 ? atol(arguments[1]) : 0;
                    clock_t start = clock();
                    for (long step = 0; step < steps; step++) {
                        %3$s;
                    }
                    if (steps > 0) {
                        double seconds = (double) (clock() - start) / CLOCKS_PER_SEC;
                        printf("%%.0f ns a step\\n", seconds / (double) steps * 1e9);
                    }
                    return same ? 0 : 1;
                }
                #endif
                """, options.testSteps(), draws, call, compares, prefix))
                .toString();
    }

    private List<SpikeMatrix> golden(Network network) {
        try (Simulation simulation = network.simulate(1)) {
            List<Population.SpikeRecorder> recorders = options.outputs().stream()
                    .map(name -> simulation.recordSpikes(name, options.testSteps()))
                    .toList();
            simulation.run(inputs());
            return recorders.stream().map(Population.SpikeRecorder::spikes).toList();
        }
    }

    private static void golden(SpikeMatrix spikes, String name, StringBuilder text) {
        int bytes = Math.ceilDiv(spikes.columns(), Byte.SIZE);
        text.append(CText.of("static const uint8_t %s[%d][%d] = {\n", name, spikes.rows(), bytes));
        for (int step = 0; step < spikes.rows(); step++) {
            StringBuilder row = new StringBuilder("    {");
            for (int i = 0; i < bytes; i++) {
                int eight = 0;
                for (int bit = 0; bit < Byte.SIZE && i * Byte.SIZE + bit < spikes.columns(); bit++) {
                    eight |= spikes.get(step, i * Byte.SIZE + bit) ? 1 << bit : 0;
                }
                row.append(i > 0 && i % 20 == 0 ? ",\n     " : i > 0 ? "," : "").append(eight);
            }
            text.append(row).append("},\n");
        }
        text.append("};\n");
    }
}
