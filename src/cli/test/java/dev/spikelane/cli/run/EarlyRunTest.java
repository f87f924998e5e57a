package dev.spikelane.cli.run;

import static dev.spikelane.fixture.Layer.flat;
import static dev.spikelane.fixture.Layer.maps;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.spikelane.cli.CommandRun;
import dev.spikelane.cli.SmallImages;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.Pool;
import dev.spikelane.fixture.FolderCase;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.Shape;
import dev.spikelane.model.ModelFile;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Images of maps that end before their last step. */
final class EarlyRunTest extends FolderCase {

    @Test
    void endsImagesThatAreDecided() throws IOException {
        Path images = SmallImages.write(folder.resolve("images"));
        Network network = Networks.of(
                Shape.of(1, 6, 6),
                maps(5, 3, new Leaky(0.5), OneToOne.scale(4), Pool.max(2)),
                flat(4, new Leaky(0.5), OneToOne.scale(4)));
        String model = folder.resolve("maps.safetensors").toString();
        ModelFile.write(Path.of(model), network);
        JsonNode whole = json("run", "--model", model, "--data", images.toString(), "--decoding", "count", "--json");
        JsonNode early = json(
                "run", "--model", model, "--data", images.toString(), "--decoding", "count", "--early", "2", "--json");
        assertEquals(whole.get("accuracy"), early.get("accuracy"));
        assertEquals(
                whole.get("accuracy").asDouble(),
                early.get("early").get("accuracy").asDouble());
        double steps = early.get("early").get("average_steps").asDouble();
        assertTrue(steps > 1 && steps < 25, early.toString());
        CommandRun.of("run", "--model", model, "--data", images.toString(), "--early", "2")
                .requireFailureWith(2, "--early", "--decoding count");
        CommandRun.of("run", "--model", model, "--data", images.toString(), "--decoding", "count", "--early", "26")
                .requireFailureWith(2, "--early", "25");
    }

    private static JsonNode json(String... arguments) throws IOException {
        return new ObjectMapper().readTree(CommandRun.of(arguments).requireSuccess());
    }
}
