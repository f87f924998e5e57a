package dev.spikelane.train.gradient;

import dev.spikelane.OwnJvm;
import dev.spikelane.Users;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Training on spikes does not allocate in a JVM that has trained on frames before. */
@Users
final class FramesThenSpikesAllocationTest {

    @Test
    void nothing() throws IOException, InterruptedException {
        OwnJvm.run(FramesThenSpikesMain.class);
    }
}
