file(READ ${ROOT}/${SOURCE} text)
string(FIND "${text}" "${FROM}" found)
if(found EQUAL -1)
  message(FATAL_ERROR "${SOURCE} no longer contains '${FROM}': correct the mutant in tests/mutants/CMakeLists.txt")
endif()
string(REPLACE "${FROM}" "${TO}" text "${text}")
# Highway includes the file once per instruction set, by the name in HWY_TARGET_INCLUDE.
string(REPLACE "HWY_TARGET_INCLUDE \"${SOURCE}\"" "HWY_TARGET_INCLUDE \"${MUTATED}\"" text "${text}")
file(WRITE ${MUTATED} "${text}")
