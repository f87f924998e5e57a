package dev.spikelane.cli.run;

import static dev.spikelane.fixture.Layer.dense;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.cli.CommandRun;
import dev.spikelane.fixture.FolderCase;
import dev.spikelane.fixture.Networks;
import dev.spikelane.model.CExport;
import dev.spikelane.model.Model;
import dev.spikelane.model.ModelFile;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExportCommandTest extends FolderCase {

    private Path model(Leaky last, String code) throws IOException {
        Network network = Networks.of(20, dense(8, new Leaky(0.9)), dense(3, last));
        Path file = folder.resolve("model.safetensors");
        ModelFile.write(file, Model.of(network).with(Model.CODE, code));
        return file;
    }

    private Path c() {
        return folder.resolve("out.c");
    }

    @Test
    void writesAModelAsItsNotesSay() throws IOException {
        Path model = model(new Leaky(0.9), "rate");
        String declared =
                CommandRun.of("export", model.toString(), "--c", c().toString()).requireSuccess();
        assertTrue(declared.startsWith("Wrote   " + c() + ", "), declared);
        String spikes = Files.readString(c());
        assertTrue(spikes.contains("void network_step(const uint8_t input[20], uint8_t lif2[3])"), spikes);
        CommandRun.line("export %s --c %s --weights int8 --input values --name small", model, c())
                .requireSuccess();
        String values = Files.readString(c());
        assertTrue(values.contains("void small_step(const float input[20], uint8_t lif2[3])"), values);
        assertTrue(values.contains("static const int8_t fc1_weight[160]"), values);
        CommandRun.of("export", model(new Leaky(0.9), "frame").toString(), "--c", c().toString())
                .requireSuccess();
        assertTrue(Files.readString(c()).contains("void network_step(const float input[20]"));
    }

    /** Sums of integers are exact, sums of the floats converted from them are not. */
    @Test
    void aFileOfIntegersIsWrittenAsItIsOrAsClassifiersReadIt() throws IOException {
        Path model = folder.resolve("8bit.safetensors");
        ModelFile.write8Bit(model, ModelFile.read(model(new Leaky(0.9), "rate")), Map.of(Model.CODE, "rate"));
        CommandRun.of("export", model.toString(), "--c", c().toString()).requireSuccess();
        Model integers = new Model(ModelFile.readIntegers(model), Map.of(Model.CODE, "rate"));
        assertEquals(CExport.of(integers).text(), Files.readString(c()));
        CommandRun.of("export", model.toString(), "--c", c().toString(), "--weights", "float")
                .requireSuccess();
        assertEquals(CExport.of(ModelFile.readModel(model)).text(), Files.readString(c()));
    }

    @Test
    void refusesByNameBeforeAnythingIsWritten() throws IOException {
        Path model = model(new Leaky(0.9).withInhibition(true), "rate");
        CommandRun run = CommandRun.of("export", model.toString(), "--c", c().toString());
        assertEquals(1, run.code());
        assertTrue(
                run.err()
                        .contains(
                                "population 'lif2' has Leaky, which cannot be written in C: inhibition lets one neuron"
                                        + " of a row fire"),
                run.err());
        assertFalse(Files.exists(c()));
    }

    @Test
    void refusesWrongArguments() throws IOException {
        Path model = model(new Leaky(0.9), "rate");
        assertEquals(2, CommandRun.of("export", model.toString()).code());
        assertEquals(
                2,
                CommandRun.of("export", model.toString(), "--c", c().toString(), "--weights", "int2")
                        .code());
        CommandRun named = CommandRun.of("export", model.toString(), "--c", c().toString(), "--name", "1st");
        assertTrue(named.err().contains("expected letters, digits and underscores"), named.err());
        assertFalse(Files.exists(c()));
    }
}
