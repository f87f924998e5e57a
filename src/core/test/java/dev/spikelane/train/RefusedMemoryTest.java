package dev.spikelane.train;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.OwnJvm;
import dev.spikelane.Users;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** If the JVM refuses a trainer's memory, the message says what needs how much, and what to do. */
@Users
final class RefusedMemoryTest {

    @Test
    void namesWhatNeedsHowMuchAndWhatToDo() throws IOException, InterruptedException {
        List<String> flags =
                List.of("-XX:MaxDirectMemorySize=4m", "-XX:TieredStopAtLevel=1"); // plain loops need as much
        String output = OwnJvm.run(flags, RefusedMemoryMain.class);
        String message = output.lines()
                .filter(line -> line.startsWith("refused: "))
                .findFirst()
                .orElse(output);
        assertTrue(
                message.startsWith("refused: training of 2 steps of batch 3 does not fit in memory: the optimizer's '"),
                message);
        assertTrue(message.contains("' of a value that is learned needs 3276800 bytes"), message);
        assertTrue(message.contains("-XX:MaxDirectMemorySize"), message);
        assertTrue(message.endsWith("fewer samples, more shards or computing more again need fewer"), message);
    }
}
