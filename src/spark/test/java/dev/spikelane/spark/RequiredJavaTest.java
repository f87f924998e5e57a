package dev.spikelane.spark;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class RequiredJavaTest {

    @Test
    void olderJvmsAreRefused() {
        for (String old : new String[] {"17.0.21", "25", "25.0.2+10"}) {
            IllegalStateException refused = assertThrows(
                    IllegalStateException.class, () -> RequiredJava.check("driver", Runtime.Version.parse(old)));
            assertTrue(refused.getMessage().startsWith("the driver runs on Java " + old), refused.getMessage());
        }
        for (String known : new String[] {"25.0.3", "25.0.3+9-LTS", "25.0.4", "26"}) {
            RequiredJava.check("driver", Runtime.Version.parse(known));
        }
    }
}
