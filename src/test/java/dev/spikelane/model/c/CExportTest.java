package dev.spikelane.model.c;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.spikelane.CCompiler;
import dev.spikelane.model.CExport;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CExportTest {

    @TempDir
    private Path folder;

    @Test
    void theSelfTestOfAFileRunsAsHere() throws IOException, InterruptedException {
        assumeTrue(CCompiler.isThere("gcc"));
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
        CCompiler.compile("gcc", List.of(file), program, "-DNETWORK_TEST");
        String said = CCompiler.run(program.toString());
        assertTrue(said.matches("20 steps, [1-9][0-9]+ spikes, as expected\n"), said);
    }
}
