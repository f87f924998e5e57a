package dev.spikelane.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.spikelane.Users;
import dev.spikelane.cli.CommandRun;
import dev.spikelane.cli.SmallImages;
import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.data.InputEncoding;
import dev.spikelane.fixture.FolderCase;
import dev.spikelane.fixture.Networks;
import dev.spikelane.model.ModelFile;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Decoding;
import dev.spikelane.train.Evaluator;
import dev.spikelane.train.Measures;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

@Users
final class MeasureCommandTest extends FolderCase {

    @Test
    void saysTheMeasures() throws IOException {
        Path images = SmallImages.write(folder.resolve("images"));
        Network network = Networks.dense(new TorchRandom(1), new Leaky(0.5), 36, 20, 4);
        String model = folder.resolve("small.safetensors").toString();
        ModelFile.write(Path.of(model), network);
        String[] arguments = {"measure", "--model", model, "--data", images.toString(), "--steps", "5", "--json"};
        JsonNode declared = new ObjectMapper().readTree(CommandRun.of(arguments).requireSuccess());
        Batching batching = new Batching(3).withCode(InputEncoding.frame());
        try (Evaluator evaluator = new Evaluator(network, 5, batching, 1).decoding(Decoding.MEMBRANE)) {
            Measures measures = evaluator.measure(Dataset.idxTest(images));
            assertEquals(measures.result().accuracy(), declared.get("accuracy").asDouble());
            assertEquals(measures.footprint(), declared.get("footprint").asLong());
            assertEquals(
                    measures.connectionSparsity(),
                    declared.get("connection_sparsity").asDouble());
            assertEquals(
                    measures.activationSparsity(),
                    declared.get("activation_sparsity").asDouble());
            assertEquals((36 * 20 + 20 * 4) * 5, declared.get("dense").asDouble());
            assertEquals(
                    measures.effectiveMacs(), declared.get("effective_macs").asDouble());
            assertEquals(measures.effectiveAcs(), declared.get("effective_acs").asDouble());
            assertEquals(
                    measures.membraneUpdates(), declared.get("membrane_updates").asDouble());
            assertTrue(declared.get("seconds").asDouble() > 0);
            boolean known = measures.cost().source().startsWith("by the counters of ");
            assertEquals(known, declared.has("joules"));
            assertEquals(known, !declared.get("energy_source").asText().startsWith("unknown: "));
        }
    }
}
