# Read by ctest after the tests were discovered: `ctest -LE slow` leaves out what takes long.
foreach(test IN LISTS core_TESTS)
  if(test MATCHES "HundredMegapixels")
    set_tests_properties("${test}" PROPERTIES LABELS slow RUN_SERIAL ON)
  elseif(test MATCHES "HalfPrecision|PublishedGates|RandomSuccessor")
    set_tests_properties("${test}" PROPERTIES TIMEOUT 7200)  # with HEIRLOOM_FULL=1
  elseif(test MATCHES "OnTime")
    set_tests_properties("${test}" PROPERTIES RUN_SERIAL ON)
  endif()
endforeach()
