file(READ ${ROOT}/${SOURCE} text)
string(FIND "${text}" "${FROM}" found)
if(found EQUAL -1)
  message(FATAL_ERROR "${SOURCE} no longer contains '${FROM}': mend the mutant in tests/mutants/CMakeLists.txt")
endif()
string(REPLACE "${FROM}" "${TO}" text "${text}")
# Highway includes the file once per instruction set, by the name that it gives itself.
string(REPLACE "HWY_TARGET_INCLUDE \"${SOURCE}\"" "HWY_TARGET_INCLUDE \"${MUTATED}\"" text "${text}")
file(WRITE ${MUTATED} "${text}")
