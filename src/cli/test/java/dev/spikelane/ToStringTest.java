package dev.spikelane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.memory.EventBlock;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Requires {@code toString} of exported classes, because jshell prints it. */
final class ToStringTest {

    @Test
    void noExportedClassPrintsItsHash() throws IOException, ReflectiveOperationException {
        List<Class<?>> types = NullArgumentsTest.types();
        assertTrue(types.size() > 90, types.size() + " types");
        for (Class<?> type : types) {
            if (!type.isInterface() && hasInstances(type)) {
                Class<?> declaring = type.getMethod("toString").getDeclaringClass();
                assertNotEquals(Object.class, declaring, type + " inherits toString");
            }
        }
    }

    @Test
    void textsSayTheSize() {
        assertEquals("TorchRandom after 624 of a block of 624 numbers", new TorchRandom(1).toString());
        assertEquals("EventBlock of 0 events, room for 64", new EventBlock(64).toString());
    }

    private static boolean hasInstances(Class<?> type) {
        return Modifier.isAbstract(type.getModifiers())
                || !Arrays.stream(type.getDeclaredFields()).allMatch(field -> Modifier.isStatic(field.getModifiers()))
                || type.getConstructors().length > 0;
    }
}
