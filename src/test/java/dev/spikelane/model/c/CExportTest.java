package dev.spikelane.model.c;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.spikelane.CCompiler;
import dev.spikelane.connection.Dense;
import dev.spikelane.memory.Shape;
import dev.spikelane.model.CExport;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CExportTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"gcc", "clang"})
    void theSelfTestOfAFileRunsAsHere(String compiler) throws IOException, InterruptedException {
        assumeTrue(CCompiler.isThere(compiler));
        TorchRandom random = new TorchRandom(1);
        Network network = Network.builder(50)
                .dense(70, random)
                .neuron(new Leaky(0.9))
                .dense(10, random)
                .neuron(new Leaky(0.9))
                .build();
        Path file = folder.resolve("network.c");
        CExport.of(network).withOutputs("lif1", "lif2").write(file);
        Path program = folder.resolve("network");
        CCompiler.compile(compiler, List.of(file), program, "-DNETWORK_TEST");
        String said = CCompiler.run(program.toString());
        assertTrue(said.matches("20 steps, [1-9][0-9]+ spikes, as expected\n"), said);
    }

    /** What the file calls itself, its functions and its types. */
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
        Path file = folder.resolve("names.c");
        CExport.of(builder.build()).withOutputs("network", "NULL").write(file);
        Path program = folder.resolve("names");
        CCompiler.compile("gcc", List.of(file), program, "-DNETWORK_TEST");
        String said = CCompiler.run(program.toString());
        assertTrue(said.endsWith(", as expected\n"), said);
    }

    /** Ports stand in memory of their own, whatever their names are in C. */
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
        Path file = folder.resolve("ports.c");
        CExport.of(builder.build()).withTestSteps(50).write(file);
        Path program = folder.resolve("ports");
        CCompiler.compile("gcc", List.of(file), program, "-DNETWORK_TEST");
        String said = CCompiler.run(program.toString());
        assertTrue(said.matches("50 steps, [1-9][0-9]+ spikes, as expected\n"), said);
    }
}
