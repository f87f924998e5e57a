package dev.spikelane.model.c;

import static dev.spikelane.fixture.Layer.flat;
import static dev.spikelane.fixture.Layer.maps;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.spikelane.CCompiler;
import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Flatten;
import dev.spikelane.connection.Kernel;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.equation.C99;
import dev.spikelane.fixture.FolderCase;
import dev.spikelane.fixture.Networks;
import dev.spikelane.loop.Op;
import dev.spikelane.memory.Shape;
import dev.spikelane.model.CExport;
import dev.spikelane.model.Model;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CExportTest extends FolderCase {

    @ParameterizedTest
    @ValueSource(strings = {"gcc", "clang"})
    void theSelfTestOfAFileRunsAsHere(String compiler) throws IOException, InterruptedException {
        assumeTrue(CCompiler.isThere(compiler));
        Network network = Networks.dense(new TorchRandom(1), new Leaky(0.9), 50, 70, 10);
        String declared = selfTest(
                compiler, CExport.of(network).withOutputs("lif1", "lif2").text());
        assertTrue(declared.matches("20 steps, [1-9][0-9]+ spikes, as expected\n"), declared);
    }

    /** Compiles a C file and returns the output of its self-test. */
    private String selfTest(String compiler, String text) throws IOException, InterruptedException {
        Path file = Files.writeString(folder.resolve("network.c"), text);
        Path program = folder.resolve("network");
        CCompiler.compile(compiler, List.of(file), program, "-DNETWORK_TEST");
        return CCompiler.run(program.toString());
    }

    /** Names that the file uses itself, for functions and types. */
    @Test
    void namesOfTheFileAreNoNamesOfNeurons() throws IOException, InterruptedException {
        assumeTrue(CCompiler.isThere("gcc"));
        TorchRandom random = new TorchRandom(1);
        NetworkBuilder builder = Network.builder();
        Input input = builder.input("uint8_t", Shape.of(9));
        for (String name : List.of("network", "list", "spikes", "NULL")) {
            EquationNeuron neuron = EquationNeuron.of("""
                    state v, step, recurrent
                    input current
                    v = 0.5 * v + current + 0.5
                    step = v
                    recurrent = step
                    spike v > 0.6
                    """);
            builder.project(
                    "to " + name, input, builder.population(name, Shape.of(7), neuron), Dense.linear(9, 7, random));
        }
        String declared = selfTest(
                "gcc",
                CExport.of(builder.build()).withOutputs("network", "NULL").text());
        assertTrue(declared.endsWith(", as expected\n"), declared);
    }

    @Test
    void numbersHaveTheDigitsOfC() {
        Network network = Networks.of(Shape.of(2, 6, 6), maps(3, 3, new Leaky(0.9)), flat(4, new Leaky(0.9)));
        String text = CExport.of(network).text();
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.of("fa", "IR"));
            assertTrue(text.equals(CExport.of(network).text()), "numbers of the file");
        } finally {
            Locale.setDefault(before);
        }
    }

    /** Each port has its memory, whatever its name in C. */
    @Test
    void portsAreAddedAsHere() throws IOException, InterruptedException {
        assumeTrue(CCompiler.isThere("gcc"));
        TorchRandom random = new TorchRandom(1);
        NetworkBuilder builder = Network.builder();
        Input input = builder.input("feedback", Shape.of(9));
        Population cells = builder.population("int_2", Shape.of(7), EquationNeuron.of("""
                neuron Conductances
                state v, ge, gi
                input int, inhibitory, current
                ge = 0.8 * ge + int
                gi = 0.9 * gi + inhibitory
                dv/dt = (ge * (3 - v) + gi * (-1 - v) - v + current) / 10 : exact
                spike v > 0.2
                reset v = 0
                """));
        builder.project("more", input, cells, Dense.of(random.rand(7, 9))).port("int");
        builder.project("less", input, cells, Dense.of(random.rand(7, 9)))
                .port("inhibitory")
                .delay(2);
        builder.project("own", cells, cells, Dense.of(random.rand(7, 7)))
                .port("inhibitory")
                .delay(1);
        builder.project("direct", input, cells, Dense.linear(9, 7, random));
        String declared =
                selfTest("gcc", CExport.of(builder.build()).withTestSteps(50).text());
        assertTrue(declared.matches("50 steps, [1-9][0-9]+ spikes, as expected\n"), declared);
    }

    /** A flatten of two dimensions keeps channels, and the next convolution reads them in order. */
    @Test
    void someDimensionsAreFlattenedAsHere() throws IOException, InterruptedException {
        assumeTrue(CCompiler.isThere("gcc"));
        TorchRandom random = new TorchRandom(1);
        NetworkBuilder builder = Network.builder();
        Input input = builder.input("input", Shape.of(2, 3, 4));
        for (int first = 0; first < 2; first++) {
            Flatten two = new Flatten(first, first + 1);
            Shape made = two.outputShape(input.shape());
            Convolution lines = Convolution.of(made.channels(), 3, Kernel.of1d(3), random);
            Population cells = builder.population("n" + first, lines.outputShape(made), new Leaky(0.9));
            builder.project("p" + first, input, cells, two, lines, OneToOne.scale(4));
        }
        String declared = selfTest(
                "gcc", CExport.of(builder.build()).withOutputs("n0", "n1").text());
        assertTrue(declared.matches("20 steps, [1-9][0-9]+ spikes, as expected\n"), declared);
    }

    /** A frame is multiplied in the first step that needs it, for any projection. */
    @Test
    void currentsOfAFrameAreKept() throws IOException, InterruptedException {
        assumeTrue(CCompiler.isThere("gcc"));
        TorchRandom random = new TorchRandom(1);
        NetworkBuilder builder = Network.builder();
        Input input = builder.input("input", Shape.of(2, 3, 4));
        Population first = builder.population("first", Shape.of(30), new Leaky(0.9));
        builder.project("now", input, first, new Flatten(), Dense.linear(24, 30, random));
        builder.project("again", input, first, new Flatten(), Dense.of(random.rand(30, 24)));
        builder.project("later", input, first, new Flatten(), Dense.linear(24, 30, random))
                .delay(2);
        Model model = Model.of(builder.build()).with(Model.CODE, "frame");
        String call = "values_float(&";
        String counted = CExport.of(model)
                .text()
                .replace(call, "calls++;\n" + call)
                .replaceFirst("#include", "static int calls;\n#include")
                .replace("return same", "printf(\"%d calls\\n\", calls);\nreturn same");
        String declared = selfTest("gcc", counted);
        // Seven frames in 20 steps, for two projections; the third has a delay and multiplies in each step.
        assertTrue(
                declared.matches("20 steps, [1-9][0-9]+ spikes, as expected\n" + (7 * 2 + 20) + " calls\n"), declared);
    }

    /** Sums in double precision between two floats, tiny ones, infinities and NaN. */
    @Test
    void productsAreFusedWithoutAnInstructionForIt() throws IOException, InterruptedException {
        assumeTrue(CCompiler.isThere("gcc"));
        String text = "#include <math.h>\n#include <stdint.h>\n#include <string.h>\n#include <stdio.h>\n"
                + C99.functions(EnumSet.of(Op.FMA)) + CFunction.PRODUCTS.text + """
                static uint32_t seed = 1;

                static uint32_t draw(void)
                {
                    seed ^= seed << 13;
                    seed ^= seed >> 17;
                    seed ^= seed << 5;
                    return seed;
                }

                /* Any bits, subnormal, tiny, of few bits, near 1; two whose product is hardly below 2^-150; 1 and 0. */
                static float any(void)
                {
                    static const uint32_t keep[] = {~0u, 0x807fffff, 0x81ffffff, 0xc07ff000, 0x80f00000, 0x87ffffff,
                                                    0x80000001, 0x80000000, 0, 0};
                    static const uint32_t set[] = {0, 0, 0x30000000, 0x1f000000, 0x3f000000, 0x38000000,
                                                   0x1a000000, 0x19fffffe, 0x3f800000, 0};
                    uint32_t i = draw() % 10;
                    uint32_t bits = (draw() & keep[i]) | set[i];
                    float x;
                    memcpy(&x, &bits, sizeof x);
                    return x;
                }

                int main(void)
                {
                    static float row[300], to[300], before[300];
                    long wrong = 0;
                    long between = 0;
                    for (int i = 0; i < 40000; i++) {
                        float v = any();
                        int count = 1 + (int) (draw() % (i % 16 == 0 ? 300 : 8));
                        for (int o = 0; o < count; o++) {
                            row[o] = any();
                            before[o] = to[o] = draw() % 4 ? any() : -v * row[o];
                        }
                        add_products(v, row, count, to);
                        for (int o = 0; o < count; o++) {
                            float fused = fmaf(v, row[o], before[o]);
                            wrong += memcmp(&fused, to + o, sizeof fused) != 0 && (fused == fused || to[o] == to[o]);
                            float twice = (float) ((double) v * row[o] + before[o]);
                            between += memcmp(&fused, &twice, sizeof fused) != 0 && fused == fused;
                        }
                    }
                    printf("%ld wrong, %s\\n", wrong, between > 100 ? "many" : "few");
                    return 0;
                }
                """;
        Path file = folder.resolve("fused.c");
        Files.writeString(file, text);
        Path program = folder.resolve("fused");
        CCompiler.compile("gcc", List.of(file), program, "-O3", "-Wl,--no-as-needed", "-lm");
        assertEquals("0 wrong, many\n", CCompiler.run(program.toString()));
    }
}
