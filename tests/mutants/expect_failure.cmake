# Passes if the tests of a tag ran to their end and some failed. A crash or an empty selection does not count.
execute_process(COMMAND ${PROGRAM} ${TAG} RESULT_VARIABLE status OUTPUT_VARIABLE output)
if(status EQUAL 0)
  message(FATAL_ERROR "no test of ${TAG} failed with this mutant")
elseif(NOT output MATCHES "test cases: *[0-9]+ .*failed")
  message(FATAL_ERROR "the tests ${TAG} did not run to their end:\n${output}")
endif()
