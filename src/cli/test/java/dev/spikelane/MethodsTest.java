package dev.spikelane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.reflect.AccessFlag;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Limits of parameters, read from class files. */
final class MethodsTest {

    private static final int MOST_PARAMETERS = 8;

    private static final int MOST_PUBLIC = 6;

    /** Kernel loops keep everything in locals and may have more parameters. */
    @Test
    void methodsOutsideVectorLoopsTakeFewParameters() throws IOException {
        Set<String> many = new TreeSet<>();
        boolean found = false;
        for (ClassModel file : FloorsTest.classes()) {
            for (MethodModel method : file.methods()) {
                int count = method.methodTypeSymbol().parameterCount();
                if (count > MOST_PARAMETERS) {
                    found |= isLoop(file, method);
                    if (!isLoop(file, method) && !isRecordConstructor(file, method)) {
                        many.add(FloorsTest.nameOf(file) + "." + method.methodName() + " takes " + count);
                    }
                }
            }
        }
        assertEquals(Set.of(), many);
        assertTrue(found, "loops take more");
    }

    /** Callers of other packages see only the parameters, not the code. */
    @Test
    void publicMethodsTakeFewerParameters() throws IOException {
        Set<String> many = new TreeSet<>();
        for (ClassModel file : FloorsTest.classes()) {
            for (MethodModel method : file.methods()) {
                int count = method.methodTypeSymbol().parameterCount();
                if (method.flags().has(AccessFlag.PUBLIC)
                        && file.flags().has(AccessFlag.PUBLIC)
                        && count > MOST_PUBLIC
                        && !isRecordConstructor(file, method)) {
                    many.add(FloorsTest.nameOf(file) + "." + method.methodName() + " takes " + count);
                }
            }
        }
        assertEquals(Set.of(), many);
    }

    private static boolean isLoop(ClassModel file, MethodModel method) {
        String name = FloorsTest.nameOf(file);
        boolean hidden = method.flags().has(AccessFlag.PRIVATE)
                || name.endsWith("Vector") && !method.flags().has(AccessFlag.PUBLIC);
        return name.startsWith("kernel.") && hidden;
    }

    private static boolean isRecordConstructor(ClassModel file, MethodModel method) {
        return method.methodName().equalsString("<init>")
                && file.superclass().orElseThrow().asInternalName().equals("java/lang/Record");
    }
}
